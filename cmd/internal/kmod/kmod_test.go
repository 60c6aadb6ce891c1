package kmod

import (
	"slices"
	"strings"
	"testing"
)

const modulesDep = `kernel/net/ipv4/esp4.ko: kernel/net/xfrm/xfrm_algo.ko
kernel/net/xfrm/xfrm_algo.ko:
kernel/net/bridge/bridge.ko: kernel/net/802/stp.ko kernel/net/llc/llc.ko
kernel/net/802/stp.ko: kernel/net/llc/llc.ko
kernel/net/llc/llc.ko:
kernel/crypto/ghash-generic.ko:
`

func TestWhatAModuleNeedsIsLoadedBeforeIt(t *testing.T) {
	deps, err := Parse(modulesDep)
	if err != nil {
		t.Fatal(err)
	}
	got, err := deps.Order([]string{"bridge", "esp4", "ghash_generic", "stp"})
	want := []string{"kernel/net/llc/llc.ko", "kernel/net/802/stp.ko", "kernel/net/bridge/bridge.ko",
		"kernel/net/xfrm/xfrm_algo.ko", "kernel/net/ipv4/esp4.ko", "kernel/crypto/ghash-generic.ko"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("order %q, %v; want %q", got, err, want)
	}
	if _, err := deps.Order([]string{"esp6"}); err == nil || !strings.Contains(err.Error(), "esp6") {
		t.Errorf("a module that isn't there: %v", err)
	}
}

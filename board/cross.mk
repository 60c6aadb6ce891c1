# Builds for other machines than this one: the phone for each ARM that it runs
# on, packages, and images to flash.

# What is shipped has no cgo: one static file for every libc and for none, sound
# by the kernel's own interface, and ARMv6 too, which Debian's armhf compiler
# can't make. A build with cgo has miniaudio instead, and so reaches ALSA's
# plugins (dmix, Bluetooth); it is made where the compiler is there.
CROSS     := armv5 armv6 armv7 arm64 amd64
CROSS_CGO := $(if $(shell command -v arm-linux-gnueabihf-gcc),armv7-cgo) $(if $(shell command -v aarch64-linux-gnu-gcc),arm64-cgo)

armv5_ENV := CGO_ENABLED=0 GOARCH=arm GOARM=5
armv6_ENV := CGO_ENABLED=0 GOARCH=arm GOARM=6
armv7_ENV := CGO_ENABLED=0 GOARCH=arm GOARM=7
arm64_ENV := CGO_ENABLED=0 GOARCH=arm64
amd64_ENV := CGO_ENABLED=0 GOARCH=amd64
armv7-cgo_ENV := CGO_ENABLED=1 GOARCH=arm GOARM=7 CC=arm-linux-gnueabihf-gcc
arm64-cgo_ENV := CGO_ENABLED=1 GOARCH=arm64 CC=aarch64-linux-gnu-gcc

PHONES := $(CROSS:%=bin/cross/imsphone-%) $(CROSS_CGO:%=bin/cross/imsphone-%)
.PHONY: cross $(PHONES)
cross: $(PHONES) ## the phone for ARMv5, 6, 7 and arm64 in bin/cross, and its sizes
	@for f in $(sort $^); do printf '%-32s %6d KiB\n' $$f $$(($$(stat -c %s $$f) / 1024)); done

$(PHONES): bin/cross/imsphone-%:
	GOOS=linux $($*_ENV) $(GO) build $(STAMP) -o $@ ./cmd/imsphone

# An image is made of Debian's packages and the phone; both are kept, so that the
# second time takes seconds.
BOARD ?= virt
EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
BOARD_BUILD = $(or $(board_$(BOARD)),armv7)
board_pi0 := armv6
board_pi3 := arm64
board_pi4 := arm64

.PHONY: image
image: ## a flashable image for BOARD=virt|pi0|pi2|pi3|pi4 in bin/image (dosfstools, mtools, squashfs-tools, e2fsprogs, kmod)
	@mkdir -p bin/image
	$(MAKE) --no-print-directory bin/cross/imsphone-$(BOARD_BUILD)
	$(GO) run ./cmd/mkimage -board $(BOARD) -phone bin/cross/imsphone-$(BOARD_BUILD) \
		-version '$(VERSION)' -date $(EPOCH) -o bin/image/imsphone-$(notdir $(basename $(BOARD))).img

# armhf is built for ARMv6: it runs on all that Debian's and Raspberry Pi's armhf
# run on, of which the latter begins there.
deb_armhf := armv6
deb_arm64 := arm64
deb_amd64 := amd64
DEB_VERSION = $(subst -,+,$(VERSION))

.PHONY: deb $(addprefix deb-,armhf arm64 amd64)
deb: $(addprefix deb-,armhf arm64 amd64) ## packages for Debian's armhf, arm64 and amd64 in bin/deb
deb-armhf: bin/cross/imsphone-$(deb_armhf)
deb-arm64: bin/cross/imsphone-$(deb_arm64)
deb-amd64: bin/cross/imsphone-$(deb_amd64)
deb-armhf deb-arm64 deb-amd64: deb-%:
	@board/package/build $* bin/cross/imsphone-$(deb_$*) '$(DEB_VERSION)' $(EPOCH) bin/deb

.PHONY: test-deb
test-deb: deb-amd64 ## installs, upgrades and purges the package in a new Debian (root, mmdebstrap)
	board/package/check bin/deb/imsphone_*_amd64.deb

.PHONY: test-systemd
test-systemd: deb-amd64 bin/guest ## boots a new Debian with the package under systemd: the service registers by the kernel's ESP, non-root, and comes back (root, mmdebstrap, user-mode-linux, iproute2)
	$(GO) build $(STAMP) -o bin/ ./cmd/imslab
	board/package/boot bin/guest bin/imslab bin/deb/imsphone_*_amd64.deb

.PHONY: docker-cross
docker-cross: ## the same in a container, by Dockerfile.cross, in bin/docker (Docker, or buildah and mmdebstrap)
	board/docker-cross '$(VERSION)' $(EPOCH) bin/docker $(DOCKER_ARGS)

.PHONY: test-docker-cross
test-docker-cross: cross deb bin/armguest ## that docker-cross makes what cross and deb do, for each processor, and that it runs: in an ARM guest, too (root, buildah, mmdebstrap, binutils, qemu-user-static, qemu-system-arm)
	LEND_CACHES=1 board/docker-cross '$(VERSION)' $(EPOCH) bin/docker
	board/docker-check '$(VERSION)' bin bin/docker
	bin/armguest -- $(CURDIR)/board/call $(CURDIR)/bin/docker/cross/imsphone-armv7

# Bare `make` lists the targets.
GO        ?= go
ARM       ?= 7
# QEMU up to 7.2 writes the source of an error from a socket's error queue to the
# lower half of a host address: with the guest's memory at 4 GiB that is the right
# place, elsewhere it is anybody's memory.
QEMU_ARM  ?= qemu-arm-static -B 0x100000000
PKGS      := ./actors/... ./protocol/... ./media/... ./hw/... ./cmd/...

.PHONY: help build demo test test-race test-arm test-peers test-ipsec ipsec-units ipsec-kernel ipsec-userspace soak fuzz lint bench figures clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## bin/imsphone and bin/imslab
	$(GO) build -trimpath -ldflags '-s -w' -o bin/ ./cmd/imsphone ./cmd/imslab

demo: ## two phones and an IMS core on this machine: a call, its ladder, its quality
	$(GO) run ./cmd/imslab demo

test: ## all unit tests; no root, no network, no hardware
	$(GO) test -shuffle=on $(PKGS)

test-race: ## the same with the race detector
	$(GO) test -race -shuffle=on $(PKGS)

test-arm: ## the same as 32-bit ARM under qemu-user (needs qemu-user-static)
	CGO_ENABLED=0 GOARCH=arm GOARM=$(ARM) $(GO) test -exec '$(QEMU_ARM)' ./actors/... ./protocol/... ./media/... ./hw/... ./cmd/internal/config/... ./cmd/internal/control/... ./cmd/internal/screen/...

test-peers: ## against Kamailio, baresip, sipp and pcscd, in network namespaces (root)
	$(GO) test -count=1 -tags peers ./hw/link ./hw/sim/pcsc
	$(GO) test -count=1 -timeout 20m -tags peers -v ./cmd/peertest/...

# A kernel with ESP is an ordinary program, so that this needs no machine of its
# own. Two guests run at a time.
test-ipsec: bin/guest bin/imsphone-peers ## with real ESP: both backends against the kernel's and Kamailio's, in guests
	$(MAKE) --no-print-directory -j2 --output-sync=target ipsec-units ipsec-kernel ipsec-userspace

ipsec-units: bin/guest
	$(GO) test -count=1 -tags ipsec ./cmd/internal/uml
	$(GO) test -count=1 -tags ipsec -exec '$(CURDIR)/bin/guest --' ./hw/ipsec/...

ipsec-kernel ipsec-userspace: ipsec-%: bin/guest bin/imsphone-peers
	IMSPHONE_ESP=$* IMSPHONE_BINARY=$(CURDIR)/bin/imsphone-peers $(GO) test -count=1 -timeout 20m -parallel 3 -tags peers,ipsec -v \
		-exec '$(CURDIR)/bin/guest -memory 3000 --' -run 'TestIMS|TestESP' ./cmd/peertest

.PHONY: bin/guest bin/armguest bin/imsphone-peers # go build knows best what is new
bin/guest:
	$(GO) build -o $@ ./cmd/internal/uml/run
bin/armguest:
	$(GO) build -o $@ ./cmd/internal/qemu/run
bin/imsphone-peers:
	$(GO) build -tags peers -o $@ ./cmd/imsphone

soak: ## thirty virtual days of registrations and calls
	IMSPHONE_SOAK=30d $(GO) test -count=1 -v -run 'Soak$$' ./cmd/internal/lab

fuzz: ## every fuzz target for FUZZTIME (10s)
	.ci/fuzz $(or $(FUZZTIME),10s)

lint: ## gofmt, go vet, staticcheck, the import rule
	@out=$$(gofmt -l actors protocol media hw board cmd); test -z "$$out" || { echo "gofmt -w these:"; echo "$$out"; exit 1; }
	$(GO) vet $(PKGS)
	$(GO) vet -tags peers,ipsec ./cmd/peertest/... ./cmd/internal/uml/... ./hw/...
	$(GO) tool staticcheck $(PKGS)
	$(GO) test -run 'TestImportRule' ./cmd/internal/layout

bench: ## our figures beside sipgo's, baresip's and sipp's; ESP (the peers and root for the second half)
	$(GO) test -run '^$$' -bench . -benchmem ./protocol/... ./media/... ./hw/ipsec/...
	cd protocol/sip/peerbench && $(GO) run .
	$(MAKE) figures

figures: bin/guest bin/imsphone-peers ## the phone beside baresip, and at an IMS core: set-up time, CPU, memory, start, wake-ups, registration (root)
	$(GO) run ./cmd/peertest/figures $(FIGURES)
	$(GO) build -o bin/figures ./cmd/peertest/figures
	bin/guest -memory 2000 -- bin/figures -esp -imsphone $(CURDIR)/bin/imsphone-peers $(FIGURES)

clean: ## remove bin/
	rm -rf bin

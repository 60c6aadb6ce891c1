# Bare `make` lists the targets.
GO        ?= go
# QEMU up to 7.2 writes the source of an error from a socket's error queue to the
# lower half of a host address: with the guest's memory at 4 GiB that is the right
# place, elsewhere it is anybody's memory.
QEMU_ARM  ?= qemu-arm-static -B 0x100000000
PKGS      := ./actors/... ./protocol/... ./media/... ./hw/... ./board/... ./cmd/...

.PHONY: help build demo test test-race test-arm test-peers test-panel guest-camera guest-audio test-guest test-qemu test-ipsec ipsec-units ipsec-kernel ipsec-userspace soak fuzz lint bench figures figures-arm clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## bin/imsphone and bin/imslab
	$(GO) build $(STAMP) -o bin/ ./cmd/imsphone ./cmd/imslab

# A version is the last tag, else the day and the commit; a build without git
# (in a container) is told it.
VERSION ?= $(shell git describe --tags --match 'v[0-9]*' 2>/dev/null | sed 's/^v//' | grep . || \
	git log -1 --date=format:%Y%m%d%H%M --format=0.1.0+git%cd.%h 2>/dev/null || echo 0.1.0)
# Nothing else of the place of the build is in a program: it is the same from a
# checkout, a container and an archive.
STAMP   := -trimpath -buildvcs=false -ldflags '-s -w -X github.com/imsphone/imsphone/cmd/internal/phone.Version=$(VERSION)'

include board/cross.mk

demo: ## two phones and an IMS core on this machine: a call, its ladder, its quality
	$(GO) run ./cmd/imslab demo

test: ## all unit tests; no root, no network, no hardware
	$(GO) test -shuffle=on $(PKGS)

test-race: ## the same with the race detector
	$(GO) test -race -shuffle=on $(PKGS)

# What differs between ARMs is arithmetic, atomics, alignment and the kernel's
# structures: the actors and the command line are tested on ARMv7 alone.
ARM_PKGS := ./protocol/... ./media/... ./hw/...
.PHONY: test-armv5 test-armv6 test-armv7 test-arm64
test-arm: test-armv7 test-armv6 test-armv5 test-arm64 ## the same as ARMv7, 6, 5 and arm64 under qemu-user (needs qemu-user-static)
test-armv7: ARM_PKGS += ./actors/... ./cmd/internal/config/... ./cmd/internal/control/... ./cmd/internal/screen/...
# Without a floating-point unit (ARMv5) half an hour of sound takes minutes.
test-armv5 test-armv6 test-arm64: ARM_SHORT := -short
test-armv5 test-armv6 test-armv7: test-armv%:
	CGO_ENABLED=0 GOARCH=arm GOARM=$* $(GO) test -timeout 20m $(ARM_SHORT) -exec '$(QEMU_ARM)' $(ARM_PKGS)
test-arm64:
	CGO_ENABLED=0 GOARCH=arm64 $(GO) test $(ARM_SHORT) -exec qemu-aarch64-static $(ARM_PKGS)

# They wait for each other most of the time.
test-peers: ## against Kamailio, baresip, ffmpeg, sipp and pcscd, in network namespaces (root)
	$(GO) test -count=1 -tags peers ./hw/link ./hw/sim/pcsc ./media/video
	$(GO) test -count=1 -timeout 20m -parallel 6 -tags peers -v ./cmd/peertest/...

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

# The cameras are a webcam, one of any size at 25 frames a second, and one of
# the multi-planar interface; the codec has either interface.
GUEST_TEST := CGO_ENABLED=0 GOARCH=arm GOARM=7 $(GO) test -count=1 -tags guest
guest-camera: bin/armguest ## cameras and hardware codecs of the kernel's, in 32-bit ARM guests (needs qemu-system-arm, gcc-arm-linux-gnueabihf)
	$(GUEST_TEST) -exec '$(CURDIR)/bin/armguest -module "vivid n_devs=3 node_types=0x1,0x1,0x1 num_inputs=1,1,1 input_types=0x0,0x2,0x2 multiplanar=1,1,2" --' ./hw/camera
	$(GUEST_TEST) -exec '$(CURDIR)/bin/armguest -module "vicodec multiplanar=0" --' ./hw/v4l2m2m
	$(GUEST_TEST) -exec '$(CURDIR)/bin/armguest -module "vicodec multiplanar=1" --' ./hw/v4l2m2m

# The cards are a cable between two devices and a USB card, and for the build with
# ALSA's library the cable alone. The time in a guest is the host's: a busy host is
# told from a fault, but then nothing is proven.
SOUND_TEST := -run Guest -bench Guest -benchtime 500x ./hw/audio
USB_SOUND  := -modules snd-aloop,xhci-pci,snd-usb-audio -device qemu-xhci,id=usb -device usb-audio,audiodev=none,bus=usb.0 -qemu=-audiodev -qemu none,id=none
guest-audio: bin/armguest ## sound cards of the kernel's, without and with ALSA's library, in 32-bit ARM guests (as guest-camera)
	$(GUEST_TEST) -exec '$(CURDIR)/bin/armguest $(USB_SOUND) --' $(SOUND_TEST)
	CGO_ENABLED=1 CC=arm-linux-gnueabihf-gcc GOARCH=arm GOARM=7 $(GO) test -count=1 -tags guest \
		-exec '$(CURDIR)/bin/armguest -modules snd-aloop --' $(SOUND_TEST)

.PHONY: bin/guest bin/armguest bin/imsphone-peers # go build knows best what is new
bin/guest:
	$(GO) build -o $@ ./cmd/internal/uml/run
bin/armguest:
	$(GO) build -o $@ ./cmd/internal/qemu/run
bin/imsphone-peers:
	$(GO) build -tags peers -o $@ ./cmd/imsphone

# The screens' ids are those that the tests ask QEMU for.
PANEL := -modules virtio_gpu,bochs,virtio_input,evdev,uinput,hid-generic,usbhid,xhci-pci \
	-device virtio-gpu-pci,id=virtio_gpu,xres=480,yres=640 -device bochs-display,id=bochs-drm,romfile=,xres=480,yres=640 \
	-device virtio-keyboard-pci -device virtio-tablet-pci -device qemu-xhci,id=usb

test-panel: bin/armguest ## screens, keys, touch, lines and lights of a real kernel, in an ARM guest
	CGO_ENABLED=0 GOARCH=arm GOARM=7 $(GO) test -count=1 -tags guest -exec '$(CURDIR)/bin/armguest $(PANEL) --' \
		./cmd/internal/qemu/paneltest ./hw/input

test-guest: guest-audio guest-camera test-panel ## devices of a real kernel, in ARM guests: all three

# Two machines at a time. QEMU_TESTS=-short cuts the power, and unplugs, less often.
# Where sound is measured the machine has real-time priority.
test-qemu: ## whole images on QEMU: they boot, register with AKA and kernel ESP, call (root)
	for board in virt pi2 pi0; do $(MAKE) --no-print-directory image BOARD=$$board || exit 1; done
	$(GO) test -count=1 -timeout 60m -parallel 2 -tags qemu -v ./cmd/qemutest $(QEMU_TESTS)

figures-arm: bin/armguest ## the phone beside baresip in an ARM guest with a sound card: memory, CPU, wake-ups, delay; boot time, image size (root)
	$(MAKE) --no-print-directory image BOARD=virt
	CGO_ENABLED=0 GOARCH=arm GOARM=7 $(GO) build -ldflags '-s -w' -o bin/cross/measure ./cmd/qemutest/measure
	IMSPHONE_IMAGES=bin/image $(GO) run ./cmd/qemutest/figures $(FIGURES)

soak: ## thirty virtual days of registrations and calls
	IMSPHONE_SOAK=30d $(GO) test -count=1 -v -run 'Soak$$' ./cmd/internal/lab

fuzz: ## every fuzz target for FUZZTIME (10s)
	.ci/fuzz $(or $(FUZZTIME),10s)

lint: ## gofmt, go vet, staticcheck, the import rule
	@out=$$(gofmt -l actors protocol media hw board cmd); test -z "$$out" || { echo "gofmt -w these:"; echo "$$out"; exit 1; }
	$(GO) vet $(PKGS)
	$(GO) vet -tags peers,ipsec ./cmd/peertest/... ./cmd/internal/uml/... ./hw/... ./media/...
	$(GO) vet -tags qemu ./cmd/qemutest/...
	CGO_ENABLED=0 GOARCH=arm $(GO) vet -tags guest ./cmd/internal/qemu/... ./hw/...
	$(GO) tool staticcheck $(PKGS)
	$(GO) test -run 'TestImportRule' ./cmd/internal/layout

bench: ## our figures beside sipgo's, baresip's and sipp's; ESP (the peers and root for the second half)
	$(GO) test -run '^$$' -bench . -benchmem $(BENCH) ./protocol/... ./media/... ./hw/ipsec/...
	cd protocol/sip/peerbench && $(GO) run .
	$(MAKE) figures

figures: bin/guest bin/imsphone-peers ## the phone beside baresip, and at an IMS core: set-up time, CPU, memory, start, wake-ups, registration (root)
	$(GO) run ./cmd/peertest/figures $(FIGURES)
	$(GO) build -o bin/figures ./cmd/peertest/figures
	bin/guest -memory 2000 -- bin/figures -esp -imsphone $(CURDIR)/bin/imsphone-peers $(FIGURES)

clean: ## remove bin/
	rm -rf bin

// Package paneltest tests what hw/display, hw/input, hw/gpio and hw/led do on
// real devices of the kernel, in a guest whose own machine the tests drive: what
// is drawn is what QEMU sees on the screen, and what QEMU presses is what is heard.
// `make test-panel` runs it.
package paneltest

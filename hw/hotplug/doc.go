// Package hotplug tells which devices come and go: sound cards, cameras,
// screens, keys.
//
// The kernel itself says so, by a netlink socket; neither udev nor a privilege
// is needed. Where udev runs it still has to give a new device node its group
// when the news comes here, so that an open may be refused for a moment: try
// again a little later.
package hotplug

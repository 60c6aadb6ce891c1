package board

// Profile is what is known of one kind of board. Empty values leave the phone's
// own defaults, which look for a device.
type Profile struct {
	// Name is what the configuration calls it: the file's name without ".toml".
	Name string `toml:"-" json:"name"`
	// Description is its name for people.
	Description string `toml:"description" json:"description"`
	// Compatible are the strings of a device tree's root node that mean it.
	Compatible []string `toml:"compatible" json:"compatible,omitempty"`
	// SIM is where a SIM is, in the words of the configuration's account.ims.sim.
	SIM string `toml:"sim" json:"sim,omitempty"`

	Audio  Audio  `toml:"audio" json:"audio"`
	Camera Camera `toml:"camera" json:"camera"`
	Codec  Codec  `toml:"codec" json:"codec"`
	Screen Screen `toml:"screen" json:"screen"`
	Input  Input  `toml:"input" json:"input"`
	Lights Lights `toml:"lights" json:"lights"`
	Lines  []Line `toml:"line" json:"lines,omitempty"`
	Image  Image  `toml:"image" json:"image"`
}

// Audio names ALSA devices as the configuration does.
type Audio struct {
	Capture  string `toml:"capture" json:"capture,omitempty"`
	Playback string `toml:"playback" json:"playback,omitempty"`
	Ring     string `toml:"ring" json:"ring,omitempty"`
}

// Camera is the node of the board's own camera, such as "/dev/video0".
type Camera struct {
	Device string `toml:"device" json:"device,omitempty"`
}

// Codec names the nodes of stateful V4L2 codecs. A kernel without their driver
// has no such nodes, and the phone does without.
type Codec struct {
	Encoder string `toml:"encoder" json:"encoder,omitempty"`
	Decoder string `toml:"decoder" json:"decoder,omitempty"`
}

// Screen says which screen the phone draws on.
type Screen struct {
	// Device is "auto", "none", or a node such as "/dev/dri/card0" or "/dev/fb0".
	Device string `toml:"device" json:"device,omitempty"`
	// Rotate is how far the picture is turned clockwise for the eye: 0, 90, 180
	// or 270 degrees.
	Rotate int `toml:"rotate" json:"rotate,omitempty"`
	// Width and Height are the picture's, in pixels, after rotation; 0 is what the
	// screen says.
	Width  int `toml:"width" json:"width,omitempty"`
	Height int `toml:"height" json:"height,omitempty"`
	// Backlight is its name below /sys/class/backlight; empty is the first.
	Backlight string `toml:"backlight" json:"backlight,omitempty"`
}

// Input is about keys and touch.
type Input struct {
	// Grab takes the devices for the phone alone: no console hears the keys. Without
	// it, keyboards with letters are taken while the phone has the screen.
	Grab bool `toml:"grab" json:"grab,omitempty"`
	// Keys maps Linux's names of keys that the board sends (or their numbers) to
	// the names of those that are meant: KEY_F1 = "KEY_PHONE".
	Keys map[string]string `toml:"keys" json:"keys,omitempty"`
}

// Lights names LEDs below /sys/class/leds by what they tell.
type Lights struct {
	// Call blinks while a call rings and is lit while one is up.
	Call string `toml:"call" json:"call,omitempty"`
	// Message blinks seldom while there is a missed call; where the board has no
	// light for calls it blinks while one rings, too.
	Message string `toml:"message" json:"message,omitempty"`
	// Registered is lit while a line is registered.
	Registered string `toml:"registered" json:"registered,omitempty"`
}

// Line is a bare GPIO line with a key or a switch on it, on boards whose device
// tree makes no input device (gpio-keys) of it.
type Line struct {
	// Chip is the node, such as "/dev/gpiochip0"; Offset the line's number there.
	Chip   string `toml:"chip" json:"chip"`
	Offset int    `toml:"offset" json:"offset"`
	// Key is Linux's name of the key that it is, such as "KEY_PHONE".
	Key string `toml:"key" json:"key"`
	// ActiveLow: the key is pressed while the line is low. PullUp and PullDown
	// ask for the chip's own resistor.
	ActiveLow bool `toml:"active_low" json:"active_low,omitempty"`
	PullUp    bool `toml:"pull_up" json:"pull_up,omitempty"`
	PullDown  bool `toml:"pull_down" json:"pull_down,omitempty"`
	// DebounceMS is how long the line has to rest before it counts, in ms.
	DebounceMS int `toml:"debounce_ms" json:"debounce_ms,omitempty"`
}

// Boot schemes of an image.
const (
	// BootUBoot is a FAT partition with extlinux.conf, which U-Boot reads.
	BootUBoot = "u-boot"
	// BootRaspberry is a FAT partition with the firmware of Raspberry Pis.
	BootRaspberry = "raspberry"
)

// Image is what a flashable image of the board is made of. A profile without
// Architecture has no image.
type Image struct {
	// Architecture is Debian's: armel, armhf or arm64.
	Architecture string `toml:"architecture" json:"architecture,omitempty"`
	// GOARCH and GOARM are Go's: arm with 5, 6 or 7, or arm64 with 0.
	GOARCH string `toml:"goarch" json:"goarch,omitempty"`
	GOARM  int    `toml:"goarm" json:"goarm,omitempty"`
	// Kernel is Debian's package of the kernel.
	Kernel string `toml:"kernel" json:"kernel,omitempty"`
	// DeviceTrees are files of that package below /usr/lib/linux-image-VERSION;
	// none where the machine brings its own.
	DeviceTrees []string `toml:"device_trees" json:"device_trees,omitempty"`
	// Boot is one of the boot schemes.
	Boot string `toml:"boot" json:"boot,omitempty"`
	// Console is the serial console, such as "ttyAMA0,115200".
	Console string `toml:"console" json:"console,omitempty"`
	// Consoles are the serial consoles of models that have another one, by the name
	// that the conditional filters of config.txt have for the model: pi0w. They are
	// for BootRaspberry alone.
	Consoles map[string]string `toml:"consoles" json:"consoles,omitempty"`
	// CommandLine is what the kernel is told besides its consoles and its root.
	CommandLine string `toml:"command_line" json:"command_line,omitempty"`
	// Modules are what has to be loaded at boot and doesn't load by itself.
	Modules []string `toml:"modules" json:"modules,omitempty"`
	// RootModules are what the root's storage needs, for the initramfs.
	RootModules []string `toml:"root_modules" json:"root_modules,omitempty"`
}

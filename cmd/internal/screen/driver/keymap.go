package driver

import (
	"image"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// Key turns a key of Linux (input-event-codes.h) into one of the phone's; value
// is 1 for down, 2 for a repetition, 0 for up. ok is false for a key that the
// phone has no use for.
func Key(code uint16, value int32) (key screen.Key, ok bool) {
	key.Action = action(value, 2)
	if key.Code, ok = keyCodes[code]; ok {
		return key, true
	}
	key.Rune, ok = characters(code)
	return key, ok
}

// Touch turns a finger at a place of the panel into a touch; value is 1 where it
// comes down, 2 where it moves, 0 where it leaves.
func Touch(x, y int, value int32) screen.Touch {
	return screen.Touch{At: image.Pt(x, y), Action: action(value, 2)}
}

func action(value, held int32) screen.Action {
	switch value {
	case 0:
		return screen.Up
	case held:
		return screen.Held
	}
	return screen.Down
}

// keyCodes are the keys that write nothing.
var keyCodes = map[uint16]screen.KeyCode{
	231: screen.CallKey, 0x1bd: screen.CallKey, // KEY_SEND, KEY_PICKUP_PHONE
	0x1be: screen.EndKey, 107: screen.EndKey, 116: screen.EndKey, // KEY_HANGUP_PHONE, KEY_END, KEY_POWER
	169: screen.HookKey, 226: screen.HookKey, 164: screen.HookKey, // KEY_PHONE, KEY_MEDIA, KEY_PLAYPAUSE
	28: screen.OK, 96: screen.OK, 0x160: screen.OK, 0x161: screen.OK, // KEY_ENTER, KEY_KPENTER, KEY_OK, KEY_SELECT
	1: screen.Back, 158: screen.Back, 223: screen.Back, // KEY_ESC, KEY_BACK, KEY_CANCEL
	14: screen.Erase, 111: screen.Erase, 0x163: screen.Erase, // KEY_BACKSPACE, KEY_DELETE, KEY_CLEAR
	103: screen.UpKey, 108: screen.DownKey, 105: screen.LeftKey, 106: screen.RightKey,
	59: screen.SoftLeft, 139: screen.SoftLeft, 60: screen.SoftRight, // KEY_F1, KEY_MENU, KEY_F2
	115: screen.VolumeUp, 114: screen.VolumeDown,
	113: screen.MuteKey, 248: screen.MuteKey, // KEY_MUTE, KEY_MICMUTE
}

// characters is what a key writes: digits of a phone, of a keyboard and of its
// keypad, and letters by their place on a keyboard.
func characters(code uint16) (rune, bool) {
	for _, row := range [...]struct {
		first uint16
		text  string
	}{
		{2, "1234567890"}, {16, "qwertyuiop"}, {30, "asdfghjkl"}, {44, "zxcvbnm"},
		{71, "789"}, {75, "456"}, {78, "+1230."}, {55, "*"}, {52, "."}, {0x200, "0123456789*#"},
	} {
		if code >= row.first && int(code-row.first) < len(row.text) {
			return rune(row.text[code-row.first]), true
		}
	}
	return 0, false
}

package call_test

import (
	"time"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/call/calltest"
	"github.com/imsphone/imsphone/protocol/sdp"
)

// seeing makes two phones: alice shows herself, bob looks at who does so.
func seeing(l *calltest.Lab) (a, b *calltest.Phone) {
	a, b = two(l)
	a.Local = calltest.WithVideo(a.Local, sdp.SendRecv, false)
	b.Local = calltest.WithVideo(b.Local, sdp.RecvOnly, true)
	return a, b
}

// show changes what a phone does about video in its call.
func show(p *calltest.Phone, d sdp.Direction) {
	local := p.Local
	local.Streams = local.Streams[:1]
	local = calltest.WithVideo(local, d, false)
	p.Do(call.Modify{Local: &local})
}

// videoCall has video from the start; bob only looks.
func videoCall(l *calltest.Lab) {
	a, b := seeing(l)
	up(l, a, b)
	a.Do(call.Hangup{})
}

// videoRefused goes on with sound alone.
func videoRefused(l *calltest.Lab) {
	a, b := two(l)
	a.Local = calltest.WithVideo(a.Local, sdp.SendRecv, false)
	up(l, a, b)
	b.Do(call.Hangup{})
}

// videoAdded has alice show herself in mid-call, and then bob, too.
func videoAdded(l *calltest.Lab) {
	a, b := two(l)
	b.Local = calltest.WithVideo(b.Local, sdp.RecvOnly, true)
	up(l, a, b)
	show(a, sdp.SendRecv)
	l.Run(time.Second)
	l.Note("bob turns his camera on")
	show(b, sdp.SendRecv)
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

// videoDropped ends video and begins it again: the m= line stays.
func videoDropped(l *calltest.Lab) {
	a, b := seeing(l)
	up(l, a, b)
	audio := a.Local
	audio.Streams = audio.Streams[:1]
	a.Do(call.Modify{Local: &audio})
	l.Run(time.Second)
	l.Note("once more")
	show(a, sdp.SendRecv)
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

// videoAnswered has bob decide on his camera before he answers: no offer of his
// own is needed.
func videoAnswered(l *calltest.Lab) {
	a, b := seeing(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	show(b, sdp.SendRecv)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

// videoGlare has both add video at once.
func videoGlare(l *calltest.Lab) {
	a, b := two(l)
	a.Local = calltest.WithVideo(a.Local, sdp.RecvOnly, true)
	b.Local = calltest.WithVideo(b.Local, sdp.RecvOnly, true)
	up(l, a, b)
	show(a, sdp.SendRecv)
	show(b, sdp.SendRecv)
	l.Run(6 * time.Second)
	b.Do(call.Hangup{})
}

// videoHold holds both streams and takes both back.
func videoHold(l *calltest.Lab) {
	a, b := seeing(l)
	up(l, a, b)
	b.Do(call.Hold{})
	l.Run(time.Second)
	b.Do(call.Resume{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

// videoEarly shows a picture before the answer.
func videoEarly(l *calltest.Lab) {
	a, b := seeing(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Progress{})
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

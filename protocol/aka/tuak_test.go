package aka

import (
	"crypto/sha3"
	"fmt"
	"testing"
)

// The test sets 1 to 6 of TS 35.233 §6.3 to §6.8 (the values of TS 35.232).
var tuakSets = []struct {
	k, rand, sqn, amf, top                 string
	iterations                             int
	topc, f1, f1star, f2, f3, f4, f5, f5st string
}{
	{
		k: "abababababababababababababababab", rand: "42424242424242424242424242424242", sqn: "111111111111", amf: "ffff",
		top: "5555555555555555555555555555555555555555555555555555555555555555", iterations: 1,
		topc: "bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff",
		f1:   "f9a54e6aeaa8618d", f1star: "e94b4dc6c7297df3", f2: "657acd64",
		f3: "d71a1e5c6caffe986a26f783e5c78be1", f4: "be849fa2564f869aecee6f62d4337e72",
		f5: "719f1e9b9054", f5st: "e7af6b3d0e38",
	},
	{
		k:    "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
		rand: "0123456789abcdef0123456789abcdef", sqn: "0123456789ab", amf: "abcd",
		top: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", iterations: 1,
		topc: "305425427e18c503c8a4b294ea72c95d0c36c6c6b29d0c65de5974d5977f8524",
		f1:   "c0b8c2d4148ec7aa5f1d78a97e4d1d58", f1star: "ef81af7290f7842c6ceafa537fa0745b", f2: "e9d749dc4eea0035",
		f3: "a4cb6f6529ab17f8337f27baa8234d47", f4: "2274155ccf4199d5e2abcbf621907f90",
		f5: "480a9345cc1e", f5st: "f84eb338848c",
	},
	{
		k:    "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0",
		rand: "0123456789abcdef0123456789abcdef", sqn: "0123456789ab", amf: "abcd",
		top: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", iterations: 1,
		topc:   "305425427e18c503c8a4b294ea72c95d0c36c6c6b29d0c65de5974d5977f8524",
		f1:     "d97b75a1776065271b1e212bc3b1bf173f438b21e6c64a55a96c372e085e5cc5",
		f1star: "427bbf07c6e3a86c54f8c5216499f3909a6fd4a164c9fe235b1550258111b821",
		f2:     "07021c73e7635c7d", f3: "4d59ac796834eb85d11fa148a5058c3c",
		f4: "126d47500136fdc5ddfd14f19ebf16749ce4b6435323fbb5715a3a796a6082bd",
		f5: "1d6622c4e59a", f5st: "f84eb338848c",
	},
	{
		k: "b8da837a50652d6ac7c97da14f6acc61", rand: "6887e55425a966bd86c9661a5fa72be8", sqn: "0dea2ee2c5af", amf: "df1e",
		top: "0952be13556c32ebc58195d9dd930493e12a9003669988ffde5fa1f0fe35cc01", iterations: 1,
		topc: "2bc16eb657a68e1f446f08f57c0efb1d493527a2e652ce281eb6ca0e4487760a",
		f1:   "749214087958dd8f58bfcdf869d8ae3f", f1star: "619e865afe80e382aee13063f9dfb56d",
		f2: "4041ce438e3e38e8aa96562eed83ac43",
		f3: "3e3bc01bea0cd914c4c2c83ce2d92757", f4: "666a8e6f577b1aa77b7fd53cebb8a3d6",
		f5: "1f880d005119", f5st: "45e617d77fe5",
	},
	{
		k:    "1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69c29f15770e5aa5",
		rand: "c570aac68cde651fb1e3088322498bef", sqn: "c89bb71f3a41", amf: "297d",
		top: "e59f6eb10ea406813f4991b0b9e02f181edf4c7e17b480f66d34da35ee88c95e", iterations: 1,
		topc: "3c6052e41532a28a47aa3cbb89f223e8f3aaa976aecd48bc3e7d6165a55eff62",
		f1:   "d7340dad02b4cb01", f1star: "c6021e2e66accb15",
		f2: "84d89b41db1867ffd4c7ba1d82163f4d526a20fbae5418fbb526940b1eeb905c",
		f3: "d419676afe5ab58c1d8bee0d43523a4d2f52ef0b31a4676a0c334427a988fe65",
		f4: "205533e505661b61d05cc0eac87818f4", f5: "d7b3d2d4980a", f5st: "ca9655264986",
	},
	{
		k:    "1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69c29f15770e5aa5",
		rand: "c570aac68cde651fb1e3088322498bef", sqn: "c89bb71f3a41", amf: "297d",
		top: "e59f6eb10ea406813f4991b0b9e02f181edf4c7e17b480f66d34da35ee88c95e", iterations: 2,
		topc:   "b04a66f26c62fcd6c82de22a179ab65506ecf47f56245cd149966cfa9cec7a51",
		f1:     "90d2289ed1ca1c3dbc2247bb480d431ac71d2e4a7677f6e997cfddb0cbad88b7",
		f1star: "427355dbac30e825063aba61b556e87583abac638e3ab01c4c884ad9d458dc2f",
		f2:     "d67e6e64590d22eecba7324afa4af4460c93f01b24506d6e12047d789a94c867",
		f3:     "ede57edfc57cdffe1aae75066a1b7479bbc3837438e88d37a801cccc9f972b89",
		f4:     "48ed9299126e5057402fe01f9201cf25249f9c5c0ed2afcf084755daff1d3999",
		f5:     "6aae8d18c448", f5st: "8c5f33b61f4e",
	},
}

func TestTUAKKnownAnswers(t *testing.T) {
	for i, v := range tuakSets {
		t.Run(fmt.Sprint("set ", i+1), func(t *testing.T) {
			rand, sqn, amf := [16]byte(unhex(t, v.rand)), [6]byte(unhex(t, v.sqn)), AMF(unhex(t, v.amf))
			options := TUAKOptions{RES: len(v.f2) * 4, Iterations: v.iterations}
			withTOP, err := NewTUAK(unhex(t, v.k), [32]byte(unhex(t, v.top)), options)
			if err != nil {
				t.Fatal(err)
			}
			topc := withTOP.core().topc
			same(t, "TOPc", topc[:], unhex(t, v.topc))
			withTOPc, err := NewTUAKTOPc(unhex(t, v.k), [32]byte(unhex(t, v.topc)), options)
			if err != nil {
				t.Fatal(err)
			}
			for _, public := range []*TUAK{withTOP, withTOPc} {
				f := public.core()
				f.sizes = tuakSizes{mac: len(v.f1) / 2, res: len(v.f2) / 2, ck: len(v.f3) / 2, ik: len(v.f4) / 2}
				same(t, "f1", f.mac(0, rand, sqn, amf), unhex(t, v.f1))
				same(t, "f1*", f.mac(instanceF1Star, rand, sqn, amf), unhex(t, v.f1star))
				res, ck, ik, ak := f.f2345(rand)
				f5st := public.F5Star(rand)
				same(t, "f2", res, unhex(t, v.f2))
				same(t, "f3", ck, unhex(t, v.f3))
				same(t, "f4", ik, unhex(t, v.f4))
				same(t, "f5", ak[:], unhex(t, v.f5))
				same(t, "f5*", f5st[:], unhex(t, v.f5st))
			}
		})
	}
}

// Set 1 has IMS's lengths, RES apart: the exported functions give its values.
func TestTUAKThroughTheInterface(t *testing.T) {
	v := tuakSets[0]
	tuak, err := NewTUAK(unhex(t, v.k), [32]byte(unhex(t, v.top)), TUAKOptions{RES: 32})
	if err != nil {
		t.Fatal(err)
	}
	var f Functions = tuak
	rand, sqn, amf := [16]byte(unhex(t, v.rand)), [6]byte(unhex(t, v.sqn)), AMF(unhex(t, v.amf))
	f1, f1star := f.F1(rand, sqn, amf), f.F1Star(rand, sqn, amf)
	keys, ak := f.F2345(rand)
	same(t, "f1", f1[:], unhex(t, v.f1))
	same(t, "f1*", f1star[:], unhex(t, v.f1star))
	m := keys.get()
	same(t, "f2", m.res, unhex(t, v.f2))
	same(t, "f3", m.ck[:], unhex(t, v.f3))
	same(t, "f4", m.ik[:], unhex(t, v.f4))
	same(t, "f5", ak[:], unhex(t, v.f5))
}

func TestTUAKRefusesLengthsThatDoNotExist(t *testing.T) {
	for _, tt := range []struct {
		k int
		o TUAKOptions
	}{
		{0, TUAKOptions{}}, {15, TUAKOptions{}}, {24, TUAKOptions{}}, {33, TUAKOptions{}},
		{16, TUAKOptions{RES: 8}}, {16, TUAKOptions{RES: 96}}, {16, TUAKOptions{RES: -64}},
		{32, TUAKOptions{Iterations: -1}}, {32, TUAKOptions{Iterations: 256}},
	} {
		if _, err := NewTUAK(make([]byte, tt.k), [32]byte{}, tt.o); err == nil {
			t.Errorf("K of %d bytes with %+v was taken", tt.k, tt.o)
		}
	}
	f, err := NewTUAK(make([]byte, 16), [32]byte{}, TUAKOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if keys, _ := f.F2345([16]byte{}); len(keys.ExposeRES()) != 8 {
		t.Errorf("RES has %d bytes by default, want 8", len(keys.ExposeRES()))
	}
}

// The test sets 1 and 2 of the permutation, TS 35.232 §5.3 and §5.4.
func TestKeccakKnownAnswers(t *testing.T) {
	for i, v := range []struct{ in, out string }{
		{
			in: "2476d2dac59e2e9349df3255a9dab1b69eb5c208f151c7309e8c8f17db456d0b5eb0afb6c73e37ce8ccccf20b79d8a672941" +
				"49174809e429709330c4ad231d3e5211ae0bd80520c43ad4b436625792a76c52089d0f739271151a37594df66de4429f3c97" +
				"0a3456b6ce2c78cd1128717f4bdb731a4c97dbe5eb7353fe81e37c33ac60b82122eac611a98e0e7442b99964752293e4f9c6" +
				"96ba05f07a21451f90730c9678c645ad4be44c4d2d981a3412081c9c6b05c993ff1c561a0d242b4706d501c34765b37a0b50",
			out: "2fdc58d4d94a884c1cb03a8e63acab8375e856b561ba3a0625e830acdb55734286646f87189b435425b5d6654e228228b697" +
				"b81cbead655b71aaccc25e3d7e51b5cb5ac227f67f2ad8a062976782b08a7ec3f1b538d6008c0babef83da64366b62a53f88" +
				"a3dc0629bded795f3220f3c65c76bdd01243e88f63d6912e5fb5cda167b71f9baaa742dc193ff78c1767a38a1c96408cce16" +
				"9239b077f2903a07b8c46a048d66318e595ea4bb92992c7c2d3dcd381975b6e05f85ba18152096cc30ed22140ff3b6711ea7",
		},
		{
			in: "80",
			out: "44e0e58ca968975c4c2592a157f53f2124519b010b89e15e301ef58f76501db59cde067f1fde09c0a4b5c210a6a19f06ba4c" +
				"8f0c6fc868f0fc80a63b2553791e41c82278ad115efc70f71d641ff0774aa5d547b6d9914914022c514c45fceca61cb66b0f" +
				"0313e34988ae0d36737e2c0529907fe653fc4e185d07f3961f826bb88031af844d9e7d9876170363fde76786c58ccbcf5c3a" +
				"01bb914c1b0208a27c7be3bbbbbb9976e040317afc2afbfadc7ba7fc237235c65551aa3139641fa8db2e6483f28740b31b61",
		},
	} {
		var s tuakState
		copy(s[:], unhex(t, v.in))
		s.permute()
		same(t, fmt.Sprint("set ", i+1), s[:], unhex(t, v.out))
	}
}

// The standard library's SHA3-256 is the same permutation in a sponge.
func TestKeccakAgreesWithTheStandardLibrary(t *testing.T) {
	const rate = 136
	message := make([]byte, 0, 1000)
	for n := range 1000 {
		if want, got := sha3.Sum256(message), sponge(message, rate); got != want {
			t.Fatalf("%d bytes: %x, want %x", n, got, want)
		}
		message = append(message, byte(n*n+7*n))
	}
}

func sponge(message []byte, rate int) [32]byte {
	padded := append([]byte(nil), message...)
	padded = append(padded, 0x06)
	for len(padded)%rate != 0 {
		padded = append(padded, 0)
	}
	padded[len(padded)-1] |= 0x80
	var s tuakState
	for ; len(padded) > 0; padded = padded[rate:] {
		for i, b := range padded[:rate] {
			s[i] ^= b
		}
		s.permute()
	}
	return [32]byte(s[:32])
}

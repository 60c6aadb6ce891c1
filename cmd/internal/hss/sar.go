package hss

import "github.com/imsphone/imsphone/cmd/internal/hss/diameter"

// serverAssignment answers a SAR, by which an S-CSCF reports what became of a
// registration, with the subscriber's profile (TS 29.228 §6.1.2).
func (s *Server) serverAssignment(q question) outcome {
	kind, ok := diameter.FindUint32(q.avps, diameter.ServerAssignmentType)
	if !ok {
		return missing(diameter.ServerAssignmentType)
	}
	if q.scscf == "" {
		return missing(diameter.ServerName)
	}
	t := Assignment(kind)
	q.entry.Assignment = t
	sub, err := s.cfg.Store.Assign(q.impi, q.impu, t, q.scscf)
	if err != nil {
		return failed(err)
	}
	q.entry.IMPI = sub.IMPI
	list := []diameter.AVP{diameter.UserName.Text(sub.IMPI)}
	if !t.needsProfile() {
		return success(list...)
	}
	s.settle(sub.IMPI, q.peer.name())
	if has, _ := diameter.FindUint32(q.avps, diameter.UserDataAlreadyAvailable); has == diameter.AlreadyAvailable {
		return success(list...)
	}
	profile, err := sub.UserData()
	if err != nil {
		return failed(err)
	}
	list = append(list, diameter.UserData.Bytes(profile))
	return success(append(list, s.cfg.Charging.avps()...)...)
}

// needsProfile tells whether the S-CSCF serves the user from now on.
func (a Assignment) needsProfile() bool {
	switch a {
	case NoAssignment, InitialRegistration, ReRegistration, UnregisteredUser:
		return true
	}
	return false
}

// avps gives the Charging-Information, if there is any.
func (c Charging) avps() []diameter.AVP {
	var list []diameter.AVP
	for _, f := range []struct {
		attribute diameter.Attribute
		name      string
	}{
		{diameter.PrimaryEventCharging, c.PrimaryEvent},
		{diameter.SecondaryEventCharging, c.SecondaryEvent},
		{diameter.PrimaryChargingCollection, c.PrimaryCollection},
		{diameter.SecondaryChargingCollection, c.SecondaryCollection},
	} {
		if f.name != "" {
			list = append(list, f.attribute.Text(f.name))
		}
	}
	if list == nil {
		return nil
	}
	return []diameter.AVP{diameter.ChargingInformation.Group(list...)}
}

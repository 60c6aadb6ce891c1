package ladder

import (
	"fmt"
	"strings"
)

// Measures of the SVG in pixels.
const (
	svgMargin = 90
	svgGap    = 230
	svgTop    = 64
	svgRow    = 34
)

// svgStyle works on light and dark pages: it follows the reader's preference.
const svgStyle = `<style>
text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#1f2937;text-anchor:middle}
.title{font-size:15px;font-weight:600}
.party{font-weight:600}
.time{font-size:11px;fill:#6b7280;text-anchor:end}
.life{stroke:#9ca3af;stroke-dasharray:2 4}
.box{fill:#eef2ff;stroke:#6366f1}
.request,.response{stroke:#4f46e5;stroke-width:1.6}
.response{stroke:#059669;stroke-dasharray:6 3}
.tunnel{stroke:#f59e0b;stroke-width:8;stroke-opacity:.3}
.head-request{fill:#4f46e5}.head-response{fill:#059669}
@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.time{fill:#9ca3af}.box{fill:#1e1b4b;stroke:#818cf8}
.request{stroke:#a5b4fc}.head-request{fill:#a5b4fc}.response{stroke:#6ee7b7}.head-response{fill:#6ee7b7}}
</style>
`

// SVG draws the ladder as a standalone SVG document.
func (c Chart) SVG() string {
	parties, arrows := c.layout()
	width := 2*svgMargin + svgGap*max(len(parties)-1, 0)
	height := svgTop + svgRow*(len(arrows)+2)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+"\n", width, height, width, height)
	b.WriteString(svgStyle)
	if c.Title != "" {
		fmt.Fprintf(&b, `<title>%s</title><text class="title" x="%d" y="22">%s</text>`+"\n", escape(c.Title), width/2, escape(c.Title))
	}
	for i, p := range parties {
		x := svgX(i)
		fmt.Fprintf(&b, `<line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", x, svgTop, x, height-12)
		half := 8 + 4*len(p)
		fmt.Fprintf(&b, `<rect class="box" x="%d" y="%d" width="%d" height="26" rx="6"/><text class="party" x="%d" y="%d">%s</text>`+"\n",
			x-half, svgTop-26, 2*half, x, svgTop-8, escape(p))
	}
	for i, a := range arrows {
		a.svg(&b, svgTop+svgRow*(i+1))
	}
	if c.legend() != "" {
		y := height - 12
		fmt.Fprintf(&b, `<line class="tunnel" x1="%d" y1="%d" x2="%d" y2="%d"/><text class="time" style="text-anchor:start" x="%d" y="%d">through security associations</text>`+"\n",
			svgMargin, y-4, svgMargin+40, y-4, svgMargin+50, y)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func svgX(party int) int { return svgMargin + party*svgGap }

func (a arrow) svg(b *strings.Builder, y int) {
	class := "request"
	if a.Response {
		class = "response"
	}
	from, to, head := svgX(a.from), svgX(a.to), 9
	if from > to {
		head = -head
	}
	fmt.Fprintf(b, `<text class="time" x="46" y="%d">%.3f</text>`, y+4, a.At.Seconds())
	if a.Protected {
		fmt.Fprintf(b, `<line class="tunnel" x1="%d" y1="%d" x2="%d" y2="%d"/>`, from, y, to, y)
	}
	if from != to {
		fmt.Fprintf(b, `<line class="%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, class, from, y, to-head, y)
		fmt.Fprintf(b, `<path class="head-%s" d="M%d %dl%d -5v10z"/>`, class, to, y, -head)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n", (from+to)/2, y-6, escape(a.title()))
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace

package architecture

import "strings"

// The sizes of text, in units of the picture.
const (
	titleSize  = 13.0 // of boxes and zones
	lineSize   = 12.0
	labelSize  = 11.0 // of arrows
	lineHeight = 15.0
)

// The widths of the printable ASCII characters in thousandths of the size, in DejaVu Sans and its bold. It is the
// widest of the fonts that the picture names: text that fits with it fits with the others.
var (
	regular = [...]int{
		318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636,
		636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656,
		557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613,
		635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818,
		592, 592, 525, 636, 337, 636, 838,
	}
	bold = [...]int{
		348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696,
		696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775,
		637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675,
		716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924,
		645, 652, 582, 712, 365, 712, 838,
	}
)

// width is how wide a text is at most.
func width(text string, size float64, isBold bool) float64 {
	widths := regular
	if isBold {
		widths = bold
	}
	var sum int
	for _, r := range text {
		if r >= ' ' && int(r-' ') < len(widths) {
			sum += widths[r-' ']
		} else {
			sum += 1000 // as wide as the widest of what the picture uses beside ASCII
		}
	}
	return float64(sum) * size / 1000
}

// wrap breaks a text between words so that each line is narrow enough; a word that is wider stays whole.
func wrap(text string, size float64, isBold bool, most float64) []string {
	var lines []string
	var line string
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && width(longer, size, isBold) > most {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}

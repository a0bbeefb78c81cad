package io.replicator.race;

import java.util.List;
import java.util.Locale;

/** Bars of the medians, each group scaled to its longest, with the spread as a thin line. */
final class Plot {
    private static final int BAR = 18;
    private static final int LEFT = 260;
    private static final int WIDTH = 420;

    private Plot() {}

    static String draw(List<Report.Line> lines) {
        StringBuilder bars = new StringBuilder();
        int y = 10;
        String work = "";
        double longest = 1;
        for (Report.Line line : lines) {
            if (!line.work().equals(work)) {
                work = line.work();
                longest = longest(lines, work);
                y += BAR;
                bars.append(text(10, y + 13, work, "bold"));
                y += BAR;
            }
            Figures figures = line.figures();
            bars.append(text(24, y + 13, line.contender(), "normal"))
                    .append(String.format(
                            Locale.ROOT,
                            "<rect x='%d' y='%d' width='%.1f' height='%d' fill='%s'/>%n",
                            LEFT,
                            y + 2,
                            WIDTH * figures.median() / longest,
                            BAR - 5,
                            line.contender().startsWith("replicator") ? "#2b6cb0" : "#a0aec0"))
                    .append(String.format(
                            Locale.ROOT,
                            "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='#1a202c'/>%n",
                            LEFT + WIDTH * figures.least() / longest,
                            LEFT + WIDTH * figures.most() / longest,
                            y + BAR / 2,
                            y + BAR / 2))
                    .append(text(
                            LEFT + WIDTH + 12,
                            y + 13,
                            String.format(Locale.ROOT, "%.2f", figures.median())
                                    + (line.ratio() == null
                                            ? ""
                                            : String.format(Locale.ROOT, "  (%.2fx)", line.ratio())),
                            "normal"));
            y += BAR;
        }
        return String.format(
                Locale.ROOT,
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif'"
                        + " font-size='12'>%n%s</svg>%n",
                LEFT + WIDTH + 140,
                y + 20,
                bars);
    }

    private static double longest(List<Report.Line> lines, String work) {
        double longest = Double.MIN_NORMAL;
        for (Report.Line line : lines) {
            if (line.work().equals(work)) {
                longest = Math.max(longest, line.figures().most());
            }
        }
        return longest;
    }

    private static String text(int x, int y, String text, String weight) {
        return "<text x='" + x + "' y='" + y + "' font-weight='" + weight + "'>" + text + "</text>\n";
    }
}

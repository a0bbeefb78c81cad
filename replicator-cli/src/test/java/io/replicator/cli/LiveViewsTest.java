package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.progress.Phase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LiveViewsTest {
    private static final String CLEAR = "\r\u001b[K";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @Test
    void putsAStatusIntoOneLine() {
        assertThat(ProgressLine.of(Reports.copying()))
                .isEqualTo("copying  32 %  3 of 11 tables, 120 MB of 369 MB  ETA 2 min 10 s");
        assertThat(ProgressLine.of(Reports.copyingLargeObjects()))
                .isEqualTo("copying  12,500 of 40,000 large objects, 1.4 MB moved");
        assertThat(ProgressLine.of(Reports.streaming()))
                .isEqualTo("streaming  lag 0.2 s, 1.4 MB, 12 transactions  1,240 rows/s");
        assertThat(ProgressLine.of(Reports.warned()))
                .isEqualTo("streaming  lag 1 min 35 s, bytes unknown, 1 transaction  1,240 rows/s");
        assertThat(ProgressLine.of(Reports.paused())).isEqualTo("paused");
        assertThat(ProgressLine.of(Reports.absent("unknown", null))).isEqualTo("unknown");
    }

    @Test
    void printsARunToAFileWithoutDrawing() {
        try (RunView view = new RunView(terminal(false))) {
            view.phase(Phase.COPYING, "");
            view.phase(Phase.COPYING, "");
            view.phase(Phase.COPYING, "indexes");
            view.progress(Reports.copying());
            view.progress(Reports.streaming());
            view.end("stopped");
        }

        assertThat(printed()).isEqualTo("""
                copying
                copying: indexes
                copying  32 %  3 of 11 tables, 120 MB of 369 MB  ETA 2 min 10 s
                stopped
                """);
    }

    @Test
    void drawsTheFiguresOfARunOnTheLastLine() {
        String line = ProgressLine.of(Reports.streaming());

        try (RunView view = new RunView(terminal(true))) {
            view.progress(Reports.streaming());
            view.phase(Phase.STREAMING, "caught up");
            view.end("");
        }

        assertThat(printed()).isEqualTo(CLEAR + line + CLEAR + "streaming: caught up\n" + line + CLEAR);
    }

    @Test
    void letsTheLogStandAboveTheDrawnLine() {
        LiveLine line = new LiveLine(stream);
        line.show("42 %");

        line.guard(stream).println("a log line");

        assertThat(printed()).startsWith(CLEAR + "42 %" + CLEAR + "a log line").endsWith("\n42 %");
    }

    @Test
    void drawsAScreenOverTheLastOneWithoutScrolling() {
        List<String> lines = List.of("one", "two", "three");

        assertThat(StatusWatch.frame(lines, 24)).isEqualTo("\u001b[Hone\u001b[K\ntwo\u001b[K\nthree\u001b[K\n\u001b[J");
        assertThat(StatusWatch.frame(lines, 3)).isEqualTo("\u001b[Hone\u001b[K\n… 2 more lines\u001b[K\n\u001b[J");
    }

    private Terminal terminal(boolean watched) {
        return new Terminal(stream, stream, new ByteArrayInputStream(new byte[0]), watched, false, false, Map.of());
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}

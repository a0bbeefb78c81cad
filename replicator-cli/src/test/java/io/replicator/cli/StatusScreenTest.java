package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.status.StatusReport;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StatusScreenTest {
    @Test
    void showsTheBulkLoad() {
        assertThat(plain(Reports.copying())).isEqualTo("""
                migration   shop                                                         healthy
                phase       copying (capture: wal)
                daemon      running, figures are 0.4 s old
                lag         unknown
                copy        [############............................]  32 %  ETA 2 min 10 s
                            3 of 11 tables, 120 MB of 369 MB
                apply       1,240 rows/s; 1,532,221 rows in 12,443 transactions
                verify      not yet
                position    unknown
                """);
    }

    @Test
    void showsTheCopyOfLargeObjects() {
        assertThat(new StatusScreen(Style.PLAIN, false).lines(Reports.copyingLargeObjects()))
                .containsSubsequence(
                        "copy        [########################################] 100 %  rows done, indexes follow",
                        "            11 of 11 tables, 369 MB of 369 MB",
                        "            12,500 of 40,000 large objects, 1.4 MB moved");
    }

    @Test
    void showsTheStreamWithItsTables() {
        String screen = String.join("\n", new StatusScreen(Style.PLAIN, true).lines(Reports.streaming())) + "\n";

        assertThat(screen).isEqualTo("""
                migration   shop                                                         healthy
                phase       streaming (capture: wal)
                daemon      running, figures are 0.4 s old
                lag         0.2 s, 1.4 MB, 12 transactions
                copy        [########################################] 100 %  done
                            11 of 11 tables, 369 MB of 369 MB
                apply       1,240 rows/s; 1,532,221 rows in 12,443 transactions
                verify      equal (bounds), 2026-01-31 12:00:00 UTC
                position    0/1E7D518

                table                          state          rows  inserted   updated   deleted
                public.customers               streaming 1,204,331        12         3         0
                warehouse.a_table_whose_name_… pending       31.2M         1      2.0T 9,999,999
                """);
    }

    @Test
    void showsWarnings() {
        assertThat(plain(Reports.warned())).isEqualTo("""
                migration   shop                                                         warning
                phase       streaming (capture: wal)
                daemon      running, figures are 0.4 s old
                lag         1 min 35 s, bytes unknown, 1 transaction
                copy        [########################################] 100 %  done
                            11 of 11 tables, 369 MB of 369 MB
                apply       1,240 rows/s; 1,532,221 rows in 12,443 transactions
                verify      equal (bounds), 2026-01-31 12:00:00 UTC
                position    0/1E7D518
                warning     slot replicator_shop holds back 12,000 MB of WAL on the source, and
                            the disk has a limit
                """);
    }

    @Test
    void showsWhyItFailedAndTheFix() {
        assertThat(plain(Reports.failed())).isEqualTo("""
                migration   shop                                                        critical
                phase       failed in streaming (capture: wal)
                daemon      down, figures are 1 min 01 s old
                lag         unknown
                copy        [########################################] 100 %  done
                            11 of 11 tables, 369 MB of 369 MB
                apply       1,240 rows/s; 1,532,221 rows in 12,443 transactions
                verify      equal (bounds), 2026-01-31 12:00:00 UTC
                position    0/1E7D518
                error       public.orders: inserting key (42): duplicate key value violates
                            unique constraint "orders_number" (SQLSTATE 23505)
                fix         remove the cause on the target, then start the daemon again: nothing
                            was skipped
                """);
    }

    @Test
    void saysHowToStartAMissingDaemon() {
        assertThat(plain(Reports.streaming("down", 42.0)))
                .contains("daemon      down, figures are 42 s old\n")
                .endsWith("fix         start the daemon with 'replicator run'\n");
    }

    @Test
    void saysThatThereIsNoMigration() {
        assertThat(plain(Reports.absent("down", null))).isEqualTo("""
                migration   shop                                                         unknown
                phase       none: the target holds no such migration
                """);
    }

    @Test
    void saysThatTheTargetCannotBeAsked() {
        assertThat(plain(Reports.absent("unknown", "target app@new:5432/shop: refused → check the network")))
                .isEqualTo("""
                migration   shop                                                         unknown
                phase       unknown
                error       target app@new:5432/shop: refused
                fix         check the network
                """);
    }

    @Test
    void neverShowsADifferenceAsFine() {
        StatusReport.Verify verify = new StatusReport.Verify("different", "checksum", "2026-01-31T12:00:00Z", 3L);

        assertThat(plain(Reports.verified(verify)))
                .contains("critical\n")
                .contains("verify      DIFFERENT (checksum), 2026-01-31 12:00:00 UTC, 3 differences\n");
    }

    @ParameterizedTest
    @MethodSource("allReports")
    void fitsIntoEightyColumns(StatusReport report) {
        assertThat(new StatusScreen(Style.PLAIN, true).lines(report))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void coloursNothingButTheHealth() {
        List<String> coloured = new StatusScreen(Style.COLOURED, true).lines(Reports.streaming());

        assertThat(coloured.getFirst()).endsWith("\u001b[32mhealthy\u001b[0m");
        assertThat(coloured.subList(1, coloured.size()))
                .isEqualTo(new StatusScreen(Style.PLAIN, true)
                        .lines(Reports.streaming())
                        .subList(1, coloured.size()));
    }

    private static Stream<StatusReport> allReports() {
        return Stream.of(
                Reports.copying(),
                Reports.streaming(),
                Reports.paused(),
                Reports.switched(),
                Reports.warned(),
                Reports.failed());
    }

    private static String plain(StatusReport report) {
        return String.join("\n", new StatusScreen(Style.PLAIN, false).lines(report)) + "\n";
    }
}

package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverEvent;
import io.replicator.cutover.CutoverResult;
import io.replicator.postgres.QualifiedName;
import io.replicator.preflight.Finding;
import io.replicator.status.Json;
import io.replicator.verify.TableComparison;
import io.replicator.verify.VerificationReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ViewsTest {
    private static final TableComparison EQUAL =
            new TableComparison(new QualifiedName("public", "customers"), 1_204_331L, 1_204_331L, List.of());
    private static final TableComparison DIFFERENT = new TableComparison(
            new QualifiedName("public", "orders"), 12L, 11L, List.of("12 rows on the source, 11 on the target"));
    private static final TableComparison UNREAD = new TableComparison(
            new QualifiedName("public", "events"), 5L, null, List.of("not compared: canceling statement"));

    @Test
    void listsFindingsWithTheirFixes() {
        List<Finding> findings = List.of(
                Finding.pass("source.connection", "app@old:5432/shop"),
                Finding.warn("source.slot_limits", "WAL is dropped beyond 10 GB", "raise max_slot_wal_keep_size"),
                Finding.fail("source.wal_level", "replica", "ALTER SYSTEM SET wal_level = logical;"));

        assertThat(FindingsView.lines(findings))
                .containsExactly(
                        "PASS  source.connection   app@old:5432/shop",
                        "WARN  source.slot_limits  WAL is dropped beyond 10 GB → raise max_slot_wal_keep_size",
                        "FAIL  source.wal_level    replica → ALTER SYSTEM SET wal_level = logical;",
                        "3 findings: 1 failed, 1 warning");
        assertThat(CheckCommand.exitCode(findings)).isEqualTo(2);
        assertThat(CheckCommand.exitCode(findings.subList(0, 2))).isEqualTo(1);
        assertThat(CheckCommand.exitCode(findings.subList(0, 1))).isZero();
    }

    @Test
    void showsAnEqualVerification() {
        VerificationReport report = verification(EQUAL);

        assertThat(VerificationView.lines(report))
                .containsExactly(
                        "table                                    source rows      target rows",
                        "public.customers                           1,204,331        1,204,331  equal",
                        "equal (bounds) at 0/1E7D7E0, 1 table in 1.5 s");
        assertThat(VerifyCommand.exitCode(report)).isZero();
    }

    @Test
    void showsDifferences() {
        VerificationReport report = verification(EQUAL, DIFFERENT, UNREAD);

        assertThat(VerificationView.lines(report))
                .containsExactly(
                        "table                                    source rows      target rows",
                        "public.customers                           1,204,331        1,204,331  equal",
                        "public.orders                                     12               11  DIFFERENT",
                        "public.events                                      5          unknown  UNKNOWN",
                        "difference: public.orders: 12 rows on the source, 11 on the target",
                        "difference: public.events: not compared: canceling statement",
                        "DIFFERENT, 2 differences (bounds) at 0/1E7D7E0, 3 tables in 1.5 s");
        assertThat(VerifyCommand.exitCode(report)).isEqualTo(1);
    }

    @Test
    void doesNotCallAnUnreadTableDifferent() {
        assertThat(VerifyCommand.exitCode(verification(EQUAL, UNREAD))).isEqualTo(14);
    }

    @Test
    void saysWhyNothingWasCompared() {
        VerificationReport report = new VerificationReport(
                VerifyLevel.COUNTS, null, "the migration is copying", List.of(), List.of(), List.of(), Duration.ZERO);

        assertThat(VerificationView.lines(report)).containsExactly("not comparable: the migration is copying");
        assertThat(VerifyCommand.exitCode(report)).isEqualTo(14);
        assertThat(Json.write(VerificationView.document(report)))
                .isEqualTo("{\"level\":\"counts\",\"comparable\":false,\"equal\":null,"
                        + "\"not_comparable\":\"the migration is copying\",\"position\":null,\"differences\":null,"
                        + "\"elapsed_seconds\":0.0,\"tables\":[],\"sequences\":[]}");
    }

    @Test
    void writesAVerificationAsJson() {
        assertThat(Json.write(VerificationView.document(verification(DIFFERENT))))
                .isEqualTo("{\"level\":\"bounds\",\"comparable\":true,\"equal\":false,\"not_comparable\":null,"
                        + "\"position\":\"0/1E7D7E0\",\"differences\":1,\"elapsed_seconds\":1.5,\"tables\":["
                        + "{\"name\":\"public.orders\",\"compared\":true,\"equal\":false,\"source_rows\":12,"
                        + "\"target_rows\":11,\"differences\":[\"12 rows on the source, 11 on the target\"]}],"
                        + "\"sequences\":[]}");
    }

    @Test
    void showsTheStepsOfACutover() {
        List<CutoverEvent> events = List.of(
                new CutoverEvent("checks", "started", 0, ""),
                new CutoverEvent("checks", "done", 3, "lag 0.1 s"),
                new CutoverEvent("fence", "started", 0, ""),
                new CutoverEvent("fence", "done", 1_204, "no writer is left"),
                new CutoverEvent("complete_target", "done", 12, ""));

        assertThat(cutover(events, new CutoverResult(true, null, null, 1_480, events), false))
                .isEqualTo("""
                checks          done        3 ms  lag 0.1 s
                fence           done    1,204 ms  no writer is left
                complete_target done       12 ms
                switched; writers stood still for 1.5 s
                """);
    }

    @Test
    void saysWhyACutoverWasUndone() {
        List<CutoverEvent> events = List.of(new CutoverEvent("drain", "failed", 20_000, "the budget of 20 s is spent"));

        assertThat(cutover(events, new CutoverResult(false, "drain", "the budget is spent", 20_100, events), false))
                .isEqualTo("""
                        drain           failed 20,000 ms  the budget of 20 s is spent
                        undone, step drain failed: the budget is spent; writers stood still for 20 s
                        writers go on on the source
                        """);
    }

    @Test
    void saysWhatIsLeftToDoBehindTheSwitch() {
        assertThat(cutover(List.of(), new CutoverResult(true, "hook_switch", "exit code 1", 900, List.of()), false))
                .isEqualTo("""
                        switched; writers stood still for 0.9 s
                        left to do by hand, step hook_switch failed: exit code 1
                        """);
    }

    @Test
    void saysThatADryRunChangedNothing() {
        assertThat(cutover(List.of(), new CutoverResult(false, null, "dry run", 0, List.of()), true))
                .isEqualTo("dry run: the cutover may be tried; nothing was changed\n");
    }

    private static VerificationReport verification(TableComparison... tables) {
        return new VerificationReport(
                VerifyLevel.BOUNDS, "0/1E7D7E0", null, List.of(tables), List.of(), List.of(), Duration.ofMillis(1_500));
    }

    private static String cutover(List<CutoverEvent> events, CutoverResult result, boolean dryRun) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        CutoverView view = new CutoverView(new PrintStream(printed, true, StandardCharsets.UTF_8));
        events.forEach(view::event);
        view.result(result, dryRun);
        return printed.toString(StandardCharsets.UTF_8);
    }
}

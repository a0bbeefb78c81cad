package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.error.ErrorCategory;
import io.replicator.status.Json;
import io.replicator.status.StatusReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
    @TempDir
    private Path directory;

    @Test
    void listsCommandsAndExitCodesInItsHelp() {
        Invocation help = Invocation.of("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .contains(
                        "init",
                        "check",
                        "run",
                        "status",
                        "verify",
                        "cutover",
                        "sequences",
                        "pause",
                        "resume",
                        "throttle",
                        "resync")
                .contains("teardown");
        for (ErrorCategory category : ErrorCategory.values()) {
            assertThat(help.out()).containsPattern(category.exitCode() + " +" + category.description());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"init", "check", "run", "status", "verify", "cutover", "sequences", "pause", "resume", "teardown"
            })
    void explainsEveryCommand(String command) {
        Invocation help = Invocation.of(command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .startsWith("Usage: replicator " + command)
                .contains("--config=FILE", "--source=URL", "--target=URL", "--name=NAME", "--debug");
    }

    @Test
    void showsItsVersion() {
        assertThat(Invocation.of("--version").out()).startsWith("replicator ");
    }

    @Test
    void refusesAMissingCommand() {
        Invocation invocation = Invocation.of();

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.out()).isEmpty();
        assertThat(invocation.err().lines())
                .containsExactly("error: a command is missing", "  fix: see 'replicator --help'");
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        Invocation invocation = Invocation.of("statu");

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.err().lines())
                .containsExactly(
                        "error: unknown command 'statu'", "  did you mean: status?", "  fix: see 'replicator --help'");
    }

    @Test
    void suggestsTheOptionThatWasMeant() {
        Invocation invocation = Invocation.of("status", "--tabels");

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.err())
                .contains("error: Unknown option: '--tabels'")
                .contains("did you mean: --tables?")
                .endsWith("  fix: see 'replicator status --help'\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"20", "soon", "0s", "11m"})
    void refusesABudgetThatIsNone(String budget) {
        Invocation invocation = Invocation.of("cutover", "--budget", budget, "--source", url(1), "--target", url(1));

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.err()).contains("--budget");
    }

    @Test
    void refusesJsonThatWouldBeDrawnAgain() {
        assertThat(Invocation.of("status", "--watch", "--json").exitCode()).isEqualTo(3);
    }

    @Test
    void saysWhatToDoWithoutAConfiguration() {
        Invocation invocation = Invocation.of("status");

        assertThat(invocation.exitCode()).isEqualTo(4);
        assertThat(invocation.err().lines())
                .containsExactly(
                        "error: no source is given → pass --source, or set REPLICATOR_SOURCE",
                        "error: no target is given → pass --target, or set REPLICATOR_TARGET",
                        "  fix: write one with 'replicator init', or pass --source and --target");
    }

    @Test
    void reportsAllProblemsOfTheConfigurationAtOnce() throws IOException {
        Path file = directory.resolve("shop.yaml");
        Files.writeString(file, "source: { url: \"mysql://app:s3cret@old\" }\ncopy: { jbos: 4 }\n");

        Invocation invocation = Invocation.of("-c", file.toString(), "check");

        assertThat(invocation.exitCode()).isEqualTo(4);
        assertThat(invocation.err().lines())
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).doesNotContain("s3cret"));
        assertThat(invocation.err())
                .contains("error: " + file + ":1: 'source.url': connection string: it must start with postgresql://")
                .contains("error: " + file + ":2: unknown key 'copy.jbos' → did you mean 'copy.jobs'?\n")
                .contains("error: " + file + ": no target is given");
    }

    @Test
    void saysThatTheConfigurationIsNotThere() {
        Path file = directory.resolve("absent.yaml");

        Invocation invocation = Invocation.of("run", "--config", file.toString());

        assertThat(invocation.exitCode()).isEqualTo(4);
        assertThat(invocation.err()).startsWith("error: there is no file " + file + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "cutover", "pause", "resume", "teardown"})
    void namesTheServerThatCannotBeReached(String command) throws IOException {
        int port = unusedPort();
        Map<String, String> environment = Map.of("REPLICATOR_SOURCE", url(port), "REPLICATOR_TARGET", url(port));

        Invocation invocation = Invocation.answered(environment, "yes\n", command);

        assertThat(invocation.exitCode()).isEqualTo(5);
        assertThat(invocation.out()).isEmpty();
        assertThat(invocation.err())
                .contains("app@127.0.0.1:" + port + "/shop: ")
                .contains("  fix: check host, port and network, then run the command again\n")
                .doesNotContain("s3cret")
                .doesNotContain("\tat ");
    }

    @Test
    void checksReportUnreachableServersAsFindings() throws IOException {
        int port = unusedPort();

        Invocation invocation = Invocation.of("check", "--source", url(port), "--target", url(port));

        assertThat(invocation.exitCode()).isEqualTo(2);
        assertThat(invocation.out())
                .contains("source.connection")
                .contains("target.connection")
                .doesNotContain("s3cret");
    }

    @Test
    void printsTheStackTraceOnlyWhenAsked() throws IOException {
        int port = unusedPort();

        Invocation invocation = Invocation.of("pause", "--debug", "--source", url(port), "--target", url(port));

        assertThat(invocation.err()).contains("\tat ").doesNotContain("s3cret");
    }

    @Test
    void callsAnUnreachableTargetUnknown() throws IOException {
        int port = unusedPort();

        Invocation invocation = Invocation.of("status", "--source", url(port), "--target", url(port));

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.out()).startsWith("migration   default").contains("unknown", "error       target app@");
    }

    @Test
    void printsOneJsonDocumentForAnUnreachableTarget() throws IOException {
        int port = unusedPort();

        Invocation invocation =
                Invocation.of("status", "--json", "--name", "shop", "--source", url(port), "--target", url(port));

        assertThat(invocation.exitCode()).isEqualTo(3);
        StatusReport status = Json.read(invocation.out(), StatusReport.class);
        assertThat(status.name()).isEqualTo("shop");
        assertThat(status.phase()).isNull();
        assertThat(status.daemon()).isEqualTo("unknown");
        assertThat(status.lag()).isEqualTo(StatusReport.Lag.UNKNOWN);
        assertThat(status.error()).contains("127.0.0.1:" + port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify", "cutover --yes", "sequences"})
    void printsOneJsonDocumentForAFailure(String command) throws IOException {
        int port = unusedPort();
        String all = command + " --json --source " + url(port) + " --target " + url(port);

        Invocation invocation = Invocation.of(all.split(" "));

        Failures.Failure failure =
                Json.read(invocation.out(), Failures.Document.class).error();
        assertThat(failure.code()).isEqualTo("connection_failed");
        assertThat(failure.message()).contains("127.0.0.1:" + port);
        assertThat(failure.fix()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cutover", "teardown"})
    void refusesToGoOnWhenNobodyCanBeAsked(String command) {
        Invocation invocation = Invocation.of(command, "--source", url(1), "--target", url(2));

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.err()).contains("pass --yes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "n\n", "no\n", ""})
    void changesNothingUnlessConfirmed(String answer) {
        Invocation invocation = Invocation.answered(
                Map.of(), answer, "cutover", "--source", url(1), "--target", url(2), "--budget", "90s");

        assertThat(invocation.exitCode()).isEqualTo(1);
        assertThat(invocation.err())
                .startsWith("Switch migration 'default' from app@127.0.0.1:1/shop to app@127.0.0.1:2/shop?"
                        + " Writers stand still for up to 90s. [y/N] ")
                .endsWith("nothing was changed\n");
    }

    private static String url(int port) {
        return "postgresql://app:s3cret@127.0.0.1:" + port + "/shop";
    }

    /** A port nobody listens on. */
    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

package io.replicator.cli.demo;

import io.replicator.Replicator;
import io.replicator.RunOptions;
import io.replicator.config.ApplyConfig;
import io.replicator.config.CaptureMode;
import io.replicator.config.CopyConfig;
import io.replicator.config.CutoverConfig;
import io.replicator.config.EndpointConfig;
import io.replicator.config.HooksConfig;
import io.replicator.config.MigrationConfig;
import io.replicator.config.SchemaConfig;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyConfig;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ConnectionUri;
import io.replicator.postgres.PostgresTools;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Phase;
import io.replicator.verify.VerificationReport;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The whole migration on two embedded servers under live load: schema, rows, changes, verification, cutover, and a
 * comparison of every row as of the moment of the switch. Leaves no process and no directory behind.
 */
public final class Demo {
    private static final long PHASE_LIMIT_MILLIS = 300_000;

    private final DemoOptions options;
    private final DemoScreen screen;

    public Demo(DemoOptions options, PrintStream out, boolean terminal) {
        this.options = options;
        this.screen = new DemoScreen(out, terminal);
    }

    /**
     * Runs the demo.
     *
     * @return whether the migration was switched and both sides were equal
     */
    public boolean run() throws InterruptedException {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("replicator-demo-");
            try (DemoServers servers = DemoServers.start(directory, options.capture() == CaptureMode.TRIGGER)) {
                screen.say("PostgreSQL " + DemoServers.SOURCE_MAJOR + " at "
                        + servers.source().address()
                        + " is the source, PostgreSQL " + DemoServers.TARGET_MAJOR + " at "
                        + servers.target().address() + " the target");
                return migrate(directory, servers);
            }
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "the demo's directory: " + e.getMessage(), e);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.INTERNAL, "the demo", e);
        } finally {
            remove(directory);
        }
    }

    private boolean migrate(Path directory, DemoServers servers)
            throws SQLException, IOException, InterruptedException {
        SchemaConfig.Mode mode = createShop(servers);
        try (SwitchPoint point = new SwitchPoint(directory, servers);
                Writers writers = Writers.start(
                        point::url,
                        ShopWorkload.everything(),
                        WriterOptions.of(options.writers(), options.seed()).atRate(options.transactionsPerSecond()));
                Replicator replicator = new Replicator(config(servers, mode, point))) {
            screen.say(options.writers() + " writers began, " + Math.round(options.transactionsPerSecond())
                    + " transactions per second, seed " + options.seed());
            Thread daemon = Thread.ofPlatform().name("replicator-daemon").start(() -> lead(replicator));
            try {
                return watch(servers, point, writers, replicator);
            } finally {
                replicator.stop();
                daemon.join(Duration.ofSeconds(30));
            }
        }
    }

    private SchemaConfig.Mode createShop(DemoServers servers) throws SQLException {
        try (Connection source = servers.sourceConnection()) {
            ShopSchema.create(source);
            screen.say("the shop has "
                    + String.format(Locale.ROOT, "%,d", ShopData.fill(source, options.scale(), options.seed()))
                    + " rows");
        }
        boolean tools = PostgresTools.find(null)
                .filter(found -> found.major() >= DemoServers.SOURCE_MAJOR)
                .isPresent();
        if (tools) {
            return SchemaConfig.Mode.COPY;
        }
        screen.say("pg_dump " + DemoServers.SOURCE_MAJOR + " or newer is not installed: the demo creates the target's"
                + " tables itself (schema: existing)");
        try (Connection target = servers.targetConnection()) {
            ShopSchema.create(target);
        }
        return SchemaConfig.Mode.EXISTING;
    }

    private MigrationConfig config(DemoServers servers, SchemaConfig.Mode mode, SwitchPoint point) {
        HooksConfig hooks = new HooksConfig(List.of(), point.hook(), List.of(), List.of());
        CutoverConfig cutover = new CutoverConfig(
                CutoverConfig.DEFAULT.budget(),
                CutoverConfig.DEFAULT.fence(),
                CutoverConfig.DEFAULT.sequenceMargin(),
                CutoverConfig.DEFAULT.recopy(),
                hooks);
        return new MigrationConfig(
                "demo",
                new EndpointConfig(ConnectionUri.parse(servers.sourceUrl()), null),
                new EndpointConfig(ConnectionUri.parse(servers.targetUrl()), null),
                options.capture(),
                new SchemaConfig(mode),
                TableFilter.ALL,
                CopyConfig.DEFAULT,
                ApplyConfig.DEFAULT,
                VerifyConfig.DEFAULT,
                cutover,
                null,
                null);
    }

    private void lead(Replicator replicator) {
        try {
            replicator.run(new RunOptions(false), screen);
        } catch (ReplicatorException e) {
            screen.fail(e.getMessage());
        } catch (InterruptedException _) {
            screen.fail("interrupted");
        }
    }

    private boolean watch(DemoServers servers, SwitchPoint point, Writers writers, Replicator replicator)
            throws SQLException, InterruptedException {
        require(screen.await(Phase.STREAMING, PHASE_LIMIT_MILLIS));
        Thread.sleep(options.streaming());
        screen.say("verifying every row while the writers go on");
        VerificationReport live = replicator.verify(VerifyLevel.CHECKSUM, TableFilter.ALL);
        screen.say(
                live.comparable()
                        ? live.tables().size() + " tables compared at " + live.position() + ": " + live.differences()
                                + " differences"
                        : "not comparable: " + live.notComparable());
        CutoverResult result =
                replicator.cutover(new CutoverOptions(CutoverConfig.DEFAULT.budget(), false), screen::cutover);
        require(result.switched() ? null : "the cutover was undone at " + result.failedStep() + ": " + result.reason());
        writers.awaitCommits(100, Duration.ofSeconds(30));
        WriterReport report = writers.stop(Duration.ofSeconds(30));
        screen.say("the writers went on at the target; comparing every row as of the switch");
        try (Connection source = servers.sourceConnection()) {
            ComparisonResult compared =
                    DatabaseComparison.compare(source, point.target(), ComparisonOptions.afterCutover());
            new DemoSummary(screen, result, report, compared, live).print();
            return live.equal() && compared.equal() && report.violations().isEmpty() && report.undecided() == 0;
        }
    }

    private static void require(@org.jspecify.annotations.Nullable String failure) {
        if (failure != null) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "the demo failed: " + failure);
        }
    }

    private static void remove(@org.jspecify.annotations.Nullable Path directory) {
        if (directory != null) {
            try {
                Directories.remove(directory);
            } catch (IOException e) {
                throw new ReplicatorException(ErrorCode.INTERNAL, "removing " + directory, e);
            }
        }
    }
}

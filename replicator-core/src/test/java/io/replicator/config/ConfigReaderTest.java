package io.replicator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigReaderTest {
    private static final String ENDS = """
            source: { url: "postgresql://app:s3cret@old.example/shop" }
            target: { url: "postgresql://app:s3cret@new.example:6432/shop?sslmode=require" }
            """;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("replicator.yaml");
    }

    @Test
    void takesTheDefaultsForEverythingButTheEnds() {
        MigrationConfig config = read(ENDS);

        assertThat(config.name()).isEqualTo("default");
        assertThat(config.source().settings()).hasToString("app@old.example:5432/shop");
        assertThat(config.source().settings().password()).isEqualTo("s3cret");
        assertThat(config.target().settings()).hasToString("app@new.example:6432/shop");
        assertThat(config.target().settings().properties()).containsEntry("sslmode", "require");
        assertThat(config.capture()).isEqualTo(CaptureMode.AUTO);
        assertThat(config.schema().mode()).isEqualTo(SchemaConfig.Mode.COPY);
        assertThat(config.tables()).isEqualTo(TableFilter.ALL);
        assertThat(config.copy()).isEqualTo(CopyConfig.DEFAULT);
        assertThat(config.apply()).isEqualTo(ApplyConfig.DEFAULT);
        assertThat(config.verify()).isEqualTo(VerifyConfig.DEFAULT);
        assertThat(config.cutover()).isEqualTo(CutoverConfig.DEFAULT);
        assertThat(config.http()).isNull();
        assertThat(config.pgBin()).isNull();
    }

    @Test
    void readsEveryKey() {
        MigrationConfig config = read(ENDS + """
                name: shop
                capture: wal
                schema: { mode: existing, truncate: true, index_memory: 1GB, index_workers: 0 }
                tables: { include: ["public.*"], exclude: [public.sessions] }
                copy: { jobs: 8, index_jobs: 2, split_size: 64MB, max_rate: 20MB, throttle_while: SELECT false, large_objects: false }
                apply: { memory: 1GB }
                verify: { level: checksum }
                cutover:
                  budget: 1500ms
                  fence: none
                  sequence_margin: 0
                  reverse: false
                  hooks: { before: [a], switch: ["b", c], after: [d], aborted: [e] }
                http: "[::1]:9465"
                pg_bin: /opt/postgresql/bin
                """);

        assertThat(config.name()).isEqualTo("shop");
        assertThat(config.capture()).isEqualTo(CaptureMode.WAL);
        assertThat(config.schema())
                .isEqualTo(new SchemaConfig(
                        SchemaConfig.Mode.EXISTING, true, 1L << 30, 0, null, SchemaConfig.Grants.NONE));
        assertThat(config.tables()).isEqualTo(new TableFilter(List.of("public.*"), List.of("public.sessions")));
        assertThat(config.copy()).isEqualTo(new CopyConfig(8, 2, 64L << 20, 20L << 20, "SELECT false", false, null));
        assertThat(config.apply()).isEqualTo(new ApplyConfig(1L << 30, ApplyConfig.AUTO));
        assertThat(config.verify()).isEqualTo(new VerifyConfig(VerifyLevel.CHECKSUM));
        assertThat(config.cutover())
                .isEqualTo(new CutoverConfig(
                        Duration.ofMillis(1500),
                        FenceMode.NONE,
                        0,
                        List.of(),
                        new HooksConfig(List.of("a"), List.of("b", "c"), List.of("d"), List.of("e"))));
        assertThat(config.http()).isEqualTo(new HttpAddress("::1", 9465));
        assertThat(config.pgBin()).isEqualTo("/opt/postgresql/bin");
    }

    @Test
    void reportsAllProblemsAtOnceInTheOrderOfTheFile() {
        assertThat(problems("""
                name: Shop!
                source: { url: "${OLD}" }
                target: { url: "mysql://x" }
                copy:
                  jobs: 0
                  jbos: 4
                cutover: { budget: soon }
                """))
                .containsExactly(
                        "1: 'name' must be 1 to 40 lower-case letters, digits and underscores, not 'Shop!' → for example shop",
                        "2: environment variable OLD is not set → export OLD=…",
                        "3: 'target.url': connection string: it must start with postgresql://, postgres:// or jdbc:postgresql: → write postgresql://user@host:5432/database, special characters as %XX",
                        "5: 'copy.jobs' must be a whole number from 1 to 128, not '0' → for example 4",
                        "6: unknown key 'copy.jbos' → did you mean 'copy.jobs'?",
                        "7: 'cutover.budget' must be a duration from 1s to 10m, not 'soon' → for example 20s, 2m or 500ms");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            colour: red                      | unknown key 'colour' → known here: name, source, target, capture, schema, tables, copy, apply, verify, cutover, http, pg_bin
            tabels: {}                       | unknown key 'tabels' → did you mean 'tables'?
            cutover: { hooks: { swich: [] } } | unknown key 'cutover.hooks.swich' → did you mean 'cutover.hooks.switch'?
            copy: { jobs: many }             | 'copy.jobs' must be a whole number from 1 to 128, not 'many' → for example 4
            copy: { jobs: [4] }              | 'copy.jobs' must be a single value, not a list → see docs/configuration.md
            copy: 4                          | 'copy' must be a group of keys, not a single value → see docs/configuration.md
            tables: { include: "public.*" }  | 'tables.include' must be a list, not a single value → write [first, second]
            tables: { include: [] }          | 'tables.include' is empty → remove the key to take every table
            copy: { split_size: 1kB }        | 'copy.split_size' must be a size from 1MB to 1TB, not '1kB' → for example 256MB
            apply: { memory: 256 }           | 'apply.memory' must be a size from 16MB to 64GB, not '256' → for example 256MB
            apply: { memory: 1MB }           | 'apply.memory' must be a size from 16MB to 64GB, not '1MB' → for example 256MB
            cutover: { budget: 11m }         | 'cutover.budget' must be a duration from 1s to 10m, not '11m' → for example 20s, 2m or 500ms
            cutover: { sequence_margin: -1 } | 'cutover.sequence_margin' must be a whole number from 0 to 1000000000000, not '-1' → for example 10000
            schema: { truncate: true }       | 'schema.truncate' goes with mode: existing → remove it
            schema: { mode: existing, truncate: 1 } | 'schema.truncate' must be true or false, not '1' → for example true
            cutover: { fence: wall }         | 'cutover.fence' must be one of: readonly, none, not 'wall' → for example readonly
            verify: { level: all }           | 'verify.level' must be one of: counts, bounds, checksum, not 'all' → for example counts
            capture: stream                  | 'capture' must be one of: auto, wal, trigger, not 'stream' → for example auto
            schema: new                      | 'schema' must be one of: copy, existing, not 'new' → for example copy
            http: 9465                       | 'http' must be host:port, not '9465' → for example 127.0.0.1:9465
            http: "localhost:70000"          | 'http' must be host:port, not 'localhost:70000' → for example 127.0.0.1:9465
            http: "${OOPS"                   | '${' does not begin a variable → write ${NAME}, or $${ for the characters themselves
            """)
    void namesLineProblemAndFix(String line, String problem) {
        assertThat(problems(ENDS + line)).contains("3: " + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cutover: { fence: hold }        | 'cutover.fence: hold' is not in this version → use one of: readonly, none
            cutover: { reverse: true }      | 'cutover.reverse' is not in this version → remove it or write false: nothing streams back after the switch
            verify: { every: 1h }           | 'verify.every' is not in this version → remove it and run 'replicator verify' when needed
            schema: { mode: existing, owner: app } | 'schema.owner' goes with mode: copy → remove it
            schema: { mode: existing, grants: copy } | 'schema.grants: copy' goes with mode: copy → remove it and grant by hand
            """)
    void saysWhatIsNotInThisVersion(String line, String problem) {
        assertThat(problems(ENDS + line)).containsExactly("3: " + problem);
    }

    @Test
    void readsRowsFromTheSourceWhenNoFollowerIsGiven() {
        assertThat(read(ENDS + "copy: { from: null }").copy()).isEqualTo(CopyConfig.DEFAULT);
    }

    @Test
    void takesAFollowerAsAStringOrAGroup() {
        EndpointConfig expected = read(ENDS + "copy: { from: \"postgres://u@follower/f\" }")
                .copy()
                .from();

        assertThat(expected).isNotNull();
        assertThat(expected.settings().host()).isEqualTo("follower");
        assertThat(read(ENDS + "copy: { from: { url: \"postgres://u@follower/f\" } }")
                        .copy()
                        .from())
                .isEqualTo(expected);
    }

    @Test
    void readsWhichTablesAreCopiedAgainAtTheCutover() {
        CutoverConfig cutover =
                read(ENDS + "cutover: { recopy: [\"public.audit*\"] }").cutover();

        assertThat(cutover.recopies(new QualifiedName("public", "audit_2026"))).isTrue();
        assertThat(cutover.recopies(new QualifiedName("public", "orders"))).isFalse();
        assertThat(CutoverConfig.DEFAULT.recopies(new QualifiedName("public", "orders")))
                .isFalse();
    }

    @Test
    void refusesAFollowerUnderCaptureByWal() {
        assertThat(problems(ENDS + "capture: wal\ncopy: { from: \"postgres://f@f/f\" }\n"))
                .containsExactly("4: 'copy.from' goes with capture: trigger → remove it, or write capture: trigger");
    }

    @Test
    void refusesAKeyGivenTwice() {
        assertThat(problems(ENDS + "copy:\n  jobs: 1\n  jobs: 2\n"))
                .containsExactly("5: key 'jobs' stands in line 4 too → keep one of them");
    }

    @Test
    void refusesAliases() {
        assertThat(problems(ENDS + "name: &n shop\npg_bin: *n\n"))
                .containsExactly("4: aliases (*name) are not supported → write the value itself");
    }

    @Test
    void refusesTextThatIsNoYamlWithoutQuotingIt() {
        assertThat(problems("source: { url: \"postgresql://app:s3cret@old/shop\"\nname: shop\n"))
                .singleElement()
                .asString()
                .startsWith("2: not valid YAML: ")
                .doesNotContain("s3cret");
    }

    @Test
    void refusesASecondDocument() {
        assertThat(problems(ENDS + "---\nname: other\n"))
                .containsExactly("4: a second document begins → keep one migration per file");
    }

    @Test
    void refusesAFileThatHoldsNoKeys() {
        assertThat(problems("- a\n- b\n"))
                .containsExactly("1: the file must hold keys, not a list → see docs/configuration.md");
    }

    @Test
    void expandsVariables() throws IOException {
        Files.writeString(file, """
                source: { url: "postgresql://${USER_NAME}:${PASSWORD}@old/shop" }
                target: { url: "postgresql://app:$${x}@new/shop" }
                copy: { jobs: "${JOBS}" }
                """);

        MigrationConfig config =
                ConfigReader.read(file, Map.of("USER_NAME", "app", "PASSWORD", "a$1%25b", "JOBS", "7"));

        assertThat(config.source().settings().user()).isEqualTo("app");
        assertThat(config.source().settings().password()).isEqualTo("a$1%b");
        assertThat(config.target().settings().password()).isEqualTo("${x}");
        assertThat(config.copy().jobs()).isEqualTo(7);
    }

    @Test
    void leavesVariablesInShellCommandsToTheShell() {
        MigrationConfig config = read("""
                source: { url: "postgresql://app@old/shop", credential_command: "token --for ${USER}" }
                target: { url: "postgresql://app@new/shop" }
                cutover: { hooks: { switch: ["point-app-at ${REPLICATOR_TARGET_HOST}"] } }
                """);

        assertThat(config.source().credentialCommand()).isEqualTo("token --for ${USER}");
        assertThat(config.cutover().hooks().switchOver()).containsExactly("point-app-at ${REPLICATOR_TARGET_HOST}");
    }

    @Test
    void needsEitherUrlOrService() {
        assertThat(problems("source: { credential_command: x }\ntarget: { url: \"postgres://a@b/c\", service: s }\n"))
                .containsExactly(
                        "1: 'source' needs either url or service → write source: { url: \"…\" }",
                        "2: 'target' needs either url or service → write target: { url: \"…\" }");
    }

    @Test
    void saysWhereAServiceIsLookedUp() {
        assertThat(problems("source: { service: nowhere_to_be_found }\ntarget: { url: \"postgres://a@b/c\" }\n"))
                .singleElement()
                .asString()
                .startsWith("1: 'source.service': ")
                .endsWith("→ correct pg_service.conf");
    }

    @Test
    void saysWhatToDoWithoutEnds() throws IOException {
        Files.writeString(file, "name: shop\n");

        assertThat(failure(() -> ConfigReader.read(file, Map.of())).getMessage().lines())
                .containsExactly(
                        file + ": no source is given → pass --source, or set REPLICATOR_SOURCE",
                        file + ": no target is given → pass --target, or set REPLICATOR_TARGET");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://app:s3c/ret@old/shop
            postgresql://app:s3c?ret@old/shop
            postgresql://app:s3c?ret&x@old/shop
            postgresql://app:s3c%zzret@old/shop
            postgresql://app:s3cret@old,new/shop
            jdbc:postgresql://app:s3cret@old:port/shop
            app:s3cret@old/shop
            """)
    void neverRepeatsAConnectionString(String url) {
        assertThat(problems("source: { url: \"" + url + "\" }\ntarget: { url: \"postgres://a@b/c\" }\n"))
                .singleElement()
                .asString()
                .startsWith("1: 'source.url': ")
                .doesNotContain("s3c")
                .doesNotContain("ret@")
                .doesNotContain("'ret'");
    }

    @Test
    void neverRepeatsAConnectionStringInThePlaceOfAGroup() {
        assertThat(problems("source: \"postgres://app:s3cret@old/shop\"\ntarget: { url: \"postgres://a@b/c\" }\n"))
                .containsExactly("1: 'source' must be a group of keys, not a single value → see docs/configuration.md");
    }

    @Test
    void letsTheCommandLineWinOverTheFileAndTheFileOverTheEnvironment() throws IOException {
        Files.writeString(file, """
                name: shop
                source: { url: "${NOT_SET}" }
                target: { url: "postgres://a@file/db" }
                """);
        ConfigOverrides overrides = new ConfigOverrides("other", "postgres://a@option/db", null);
        Map<String, String> environment = Map.of(
                "REPLICATOR_SOURCE", "postgres://a@environment/db", "REPLICATOR_TARGET", "postgres://a@environment/db");

        MigrationConfig config = ConfigReader.read(file, environment, overrides);

        assertThat(config.name()).isEqualTo("other");
        assertThat(config.source().settings().host()).isEqualTo("option");
        assertThat(config.target().settings().host()).isEqualTo("file");
    }

    @Test
    void needsNoFile() {
        Map<String, String> environment = Map.of("REPLICATOR_TARGET", "jdbc:postgresql://new/db?user=app");

        MigrationConfig config = ConfigReader.of(new ConfigOverrides(null, "postgres://app@old/db", null), environment);

        assertThat(config.name()).isEqualTo("default");
        assertThat(config.source().settings()).hasToString("app@old:5432/db");
        assertThat(config.target().settings()).hasToString("app@new:5432/db");
    }

    @Test
    void reportsAllProblemsOfTheCommandLineAtOnce() {
        ReplicatorException failure =
                failure(() -> ConfigReader.of(new ConfigOverrides("No", "old.example", null), Map.of()));

        assertThat(failure.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID);
        assertThat(failure.getMessage().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly("--name", "--source:", "no");
    }

    @Test
    void tellsAMissingConfigurationFromAWrongOne() {
        assertThat(failure(() -> ConfigReader.of(ConfigOverrides.NONE, Map.of()))
                        .code())
                .isEqualTo(ErrorCode.CONFIGURATION_MISSING);
        assertThat(failure(() -> ConfigReader.read(file, Map.of())).code()).isEqualTo(ErrorCode.CONFIGURATION_MISSING);
    }

    private MigrationConfig read(String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError("writing " + file, e);
        }
        return ConfigReader.read(file, Map.of());
    }

    /** The problems, each without the file's name. */
    private List<String> problems(String text) {
        ReplicatorException failure = failure(() -> read(text));
        assertThat(failure.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID);
        return failure.getMessage().lines().map(this::withoutFile).toList();
    }

    private String withoutFile(String line) {
        assertThat(line).startsWith(file + ":");
        return line.substring(file.toString().length() + 1);
    }

    private static ReplicatorException failure(Runnable reading) {
        ReplicatorException failure = catchThrowableOfType(ReplicatorException.class, reading::run);
        assertThat(failure).isNotNull();
        return failure;
    }
}

package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.ApplyConfig;
import io.replicator.config.ConfigReader;
import io.replicator.config.CopyConfig;
import io.replicator.config.CutoverConfig;
import io.replicator.config.MigrationConfig;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InitCommandTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("REPLICATOR_SOURCE", "postgresql://app@old/shop", "REPLICATOR_TARGET", "postgresql://app@new/shop");
    private static final Pattern COMMENTED_KEY = Pattern.compile("(?m)^# (?= *[a-z_]+:)");

    @TempDir
    private Path directory;

    @Test
    void writesAConfigurationThatIsAccepted() {
        Path file = written();

        assertDefaults(ConfigReader.read(file, ENVIRONMENT));
    }

    @Test
    void showsTheDefaultsInItsComments() throws IOException {
        Path file = written();
        String uncommented = COMMENTED_KEY.matcher(Files.readString(file)).replaceAll("");
        assertThat(uncommented)
                .contains("\ncutover:\n  budget: 20s", "\nverify: {", "\nschema: copy", "\npg_bin: null");
        Files.writeString(file, uncommented);

        assertDefaults(ConfigReader.read(file, ENVIRONMENT));
    }

    @Test
    void overwritesOnlyWhenForced() throws IOException {
        Path file = directory.resolve("replicator.yaml");
        Files.writeString(file, "mine");

        Invocation refused = Invocation.of("init", "-c", file.toString());
        assertThat(refused.exitCode()).isEqualTo(3);
        assertThat(refused.err()).contains(file + " exists already; --force overwrites it");
        assertThat(file).hasContent("mine");

        assertThat(Invocation.of("init", "-c", file.toString(), "--force").exitCode())
                .isZero();
        assertThat(Files.readString(file)).startsWith("# A migration");
    }

    @Test
    void saysThatAFileCannotBeWritten() {
        Path file = directory.resolve("absent").resolve("replicator.yaml");

        Invocation invocation = Invocation.of("init", "-c", file.toString());

        assertThat(invocation.exitCode()).isEqualTo(3);
        assertThat(invocation.err()).startsWith("error: " + file + " cannot be written");
    }

    private Path written() {
        Path file = directory.resolve("replicator.yaml");
        Invocation invocation = Invocation.of("init", "-c", file.toString());
        assertThat(invocation.exitCode()).isZero();
        assertThat(invocation.out()).startsWith("wrote " + file);
        return file;
    }

    private static void assertDefaults(MigrationConfig config) {
        assertThat(config.name()).isEqualTo("default");
        assertThat(config.source().settings()).hasToString("app@old:5432/shop");
        assertThat(config.target().settings()).hasToString("app@new:5432/shop");
        assertThat(config.tables()).isEqualTo(TableFilter.ALL);
        assertThat(config.copy()).isEqualTo(CopyConfig.DEFAULT);
        assertThat(config.apply()).isEqualTo(ApplyConfig.DEFAULT);
        assertThat(config.verify()).isEqualTo(VerifyConfig.DEFAULT);
        assertThat(config.cutover()).isEqualTo(CutoverConfig.DEFAULT);
        assertThat(config.http()).isNull();
        assertThat(config.pgBin()).isNull();
    }
}

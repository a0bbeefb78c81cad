package io.replicator.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.MigrationConfig;
import io.replicator.config.SchemaConfig.Mode;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.preflight.Finding.Severity;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.List;

/** What the tests of the checks have in common: how they are run and what they found. */
final class PreflightScene {
    private PreflightScene() {}

    static List<Finding> run(TestDatabase source, TestDatabase target, Mode mode, String... excluded) {
        return run(source.url(), target.url(), mode, false, excluded);
    }

    static List<Finding> run(String source, String target, Mode mode, boolean started, String... excluded) {
        MigrationConfig config = Endpoints.migration(source, target, mode, excluded);
        try (Database sourceEnd = Endpoints.database(Side.SOURCE, source);
                Database targetEnd = Endpoints.database(Side.TARGET, target)) {
            return Preflight.run(new PreflightContext(config, sourceEnd, targetEnd, started, false));
        }
    }

    static void assertFound(List<Finding> findings, Severity severity, String id, String observed, String fix) {
        assertThat(findings)
                .as("%s %s … %s → %s", severity, id, observed, fix)
                .anyMatch(finding -> finding.severity() == severity
                        && finding.id().equals(id)
                        && finding.observed().contains(observed)
                        && finding.fix().contains(fix));
    }

    static void drop(TestDatabase source, TestDatabase target) throws SQLException {
        source.drop();
        target.drop();
    }
}

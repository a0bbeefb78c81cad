package io.replicator.preflight;

import static io.replicator.preflight.PreflightScene.assertFound;
import static io.replicator.preflight.PreflightScene.drop;
import static io.replicator.preflight.PreflightScene.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.SchemaConfig.Mode;
import io.replicator.preflight.Finding.Severity;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which privileges are missing, and that those of managed roles are enough. */
class PreflightPrivilegesIT {
    @Test
    void namesEveryPrivilegeThatIsMissing() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute(
                "CREATE TABLE t (id serial PRIMARY KEY)",
                "CREATE TABLE secured (id int PRIMARY KEY)",
                "ALTER TABLE secured ENABLE ROW LEVEL SECURITY");
        String role = "stranger_" + source.name();
        source.execute("CREATE ROLE " + role + " LOGIN");
        target.execute(
                "CREATE ROLE " + role + " LOGIN", "REVOKE TEMPORARY ON DATABASE " + target.name() + " FROM PUBLIC");

        List<Finding> findings = run(source.as(role), target.as(role), Mode.COPY);

        String quoted = "\"" + role + "\";";
        assertFound(
                findings, Severity.FAIL, "source.replication_role", role, "ALTER ROLE \"" + role + "\" REPLICATION;");
        assertFound(findings, Severity.FAIL, "source.create_privilege", source.name(), "GRANT CREATE ON DATABASE");
        assertFound(
                findings,
                Severity.FAIL,
                "source.ownership",
                "public.secured, public.t",
                "GRANT \"postgres\" TO " + quoted);
        assertFound(
                findings,
                Severity.FAIL,
                "source.select",
                "2 tables",
                "GRANT SELECT ON TABLE \"public\".\"secured\", \"public\".\"t\" TO " + quoted);
        assertFound(findings, Severity.FAIL, "source.select", "public.t_id_seq", "GRANT SELECT ON SEQUENCE");
        assertFound(findings, Severity.FAIL, "source.row_security", "public.secured", "BYPASSRLS;");
        assertFound(findings, Severity.FAIL, "target.create_privilege", target.name(), "GRANT CREATE ON DATABASE");
        assertFound(
                findings,
                Severity.FAIL,
                "target.temporary_privilege",
                target.name(),
                "GRANT TEMPORARY ON DATABASE \"" + target.name() + "\" TO " + quoted);
        assertFound(
                findings,
                Severity.FAIL,
                "target.schema_privileges",
                "public",
                "GRANT USAGE, CREATE ON SCHEMA \"public\"");
        assertFound(
                findings,
                Severity.WARN,
                "target.replica_role",
                role,
                "GRANT SET ON PARAMETER session_replication_role TO " + quoted);
        assertThat(findings).extracting(Finding::severity).doesNotContain(Severity.ERROR);
        drop(source, target);
    }

    @Test
    void namesLargeObjectsThatCannotBeReadAndOidsThatAreTaken() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("SELECT lo_create(oid) FROM unnest('{70001,70002,70003}'::oid[]) AS oid");
        target.execute("SELECT lo_create(70002)");
        TestDatabase role = Roles.rds(source);
        source.execute(
                "GRANT SELECT ON LARGE OBJECT 70001 TO PUBLIC", "ALTER LARGE OBJECT 70002 OWNER TO " + role.user());

        List<Finding> findings = run(role, target, Mode.EXISTING);

        assertFound(
                findings,
                Severity.FAIL,
                "source.large_objects",
                "1 large object: 70003",
                "GRANT SELECT ON LARGE OBJECT 70003 TO \"" + role.user() + "\";");
        assertFound(findings, Severity.FAIL, "target.large_objects", "70002", "lo_unlink(70002)");
        source.execute("GRANT SELECT ON LARGE OBJECT 70003 TO " + role.user());
        target.execute("SELECT lo_unlink(70002)");
        assertThat(run(role, target, Mode.EXISTING))
                .filteredOn(finding -> finding.id().endsWith("large_objects"))
                .extracting(Finding::severity)
                .containsOnly(Severity.WARN, Severity.PASS);
        drop(source, target);
    }

    @Test
    void managedRolesAreEnough() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("CREATE TABLE t (id serial PRIMARY KEY)");

        List<Finding> findings = run(Roles.rds(source), Roles.rds(target), Mode.COPY);

        assertThat(findings)
                .filteredOn(
                        finding -> finding.severity().blocks() && !finding.id().equals("tools.pg_dump"))
                .isEmpty();
        drop(source, target);
    }
}

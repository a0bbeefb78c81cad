package io.replicator.preflight;

import io.replicator.catalog.DefaultGrant;
import io.replicator.catalog.Grant;
import io.replicator.catalog.GrantReader;
import io.replicator.catalog.Grants;
import io.replicator.catalog.Membership;
import io.replicator.config.SchemaConfig;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The roles that the source grants privileges to must be there; their members should be members there too. */
final class TargetGrants implements Check {
    private static final String ABSENT = """
            SELECT w.role FROM unnest(?::text[]) AS w (role)
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = w.role) ORDER BY 1""";

    private static final String LOGINS = """
            SELECT rolname FROM pg_roles WHERE rolname = ANY (?::text[]) AND rolcanlogin""";

    /** Only the rights of roles that are there can be asked for. */
    private static final String NOT_OURS = """
            SELECT w.role FROM unnest(?::text[]) AS w (role) LEFT JOIN pg_roles r ON r.rolname = w.role
            WHERE r.oid IS NULL OR NOT (pg_has_role(r.oid, 'MEMBER') AND pg_has_role(r.oid, 'USAGE')) ORDER BY 1""";

    @Override
    public String id() {
        return "target.grants";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        SchemaConfig schema = session.config().schema();
        if (schema.grants() != SchemaConfig.Grants.COPY) {
            return List.of();
        }
        Grants grants = GrantReader.read(session.source(), session.target(), schema.owner());
        List<Finding> findings = new ArrayList<>(absent(session, grants));
        findings.addAll(creators(session, grants));
        findings.addAll(members(session, grants));
        return Names.limited(findings, Finding.pass(id(), "every role that has privileges on the source is there"));
    }

    private List<Finding> absent(Session session, Grants grants) throws SQLException {
        List<String> absent = names(session, Side.TARGET, ABSENT, grants.roles());
        List<String> logins = names(session, Side.SOURCE, LOGINS, absent);
        return absent.stream()
                .filter(role -> !role.equals(grants.owner()))
                .map(role -> Finding.fail(
                        id(),
                        "there is no role " + role + ", which may use " + objects(grants, role) + " on the source",
                        "CREATE ROLE " + Identifiers.quote(role) + (logins.contains(role) ? " LOGIN;" : ";")))
                .toList();
    }

    private static String objects(Grants grants, String role) {
        List<String> objects = Stream.concat(
                        grants.objects().stream(), grants.defaults().stream().map(DefaultGrant::grant))
                .filter(grant -> grant.role().equals(role))
                .map(Grant::object)
                .distinct()
                .toList();
        return Names.counted(objects, "object");
    }

    private List<Finding> creators(Session session, Grants grants) throws SQLException {
        List<String> creators = grants.defaults().stream()
                .map(DefaultGrant::creator)
                .distinct()
                .filter(creator -> !creator.equals(grants.owner()))
                .toList();
        List<String> absent = names(session, Side.TARGET, ABSENT, creators);
        String login = session.role(Side.TARGET);
        return names(session, Side.TARGET, NOT_OURS, creators).stream()
                .map(creator -> Finding.warn(
                        id(),
                        "default privileges of role " + creator + " are left out: "
                                + (absent.contains(creator)
                                        ? "there is no such role"
                                        : "role " + login + " does not have its rights"),
                        (absent.contains(creator) ? "CREATE ROLE " + Identifiers.quote(creator) + "; " : "") + "GRANT "
                                + Identifiers.quote(creator) + " TO " + login + ";"))
                .toList();
    }

    private List<Finding> members(Session session, Grants grants) throws SQLException {
        return Membership.lacking(session.source(), session.target(), grants.roles()).stream()
                .map(lacking -> Finding.warn(
                        id(),
                        "role " + lacking.login() + " has the rights of role " + lacking.role() + " on the source only",
                        (lacking.there() ? "" : "CREATE ROLE " + Identifiers.quote(lacking.login()) + " LOGIN; ")
                                + lacking.sql() + ";"))
                .toList();
    }

    private static List<String> names(Session session, Side side, String sql, Collection<String> asked)
            throws SQLException {
        return Query.rows(
                session.connection(side), sql, row -> row.getString(1), (Object) asked.toArray(String[]::new));
    }
}

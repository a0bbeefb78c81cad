package io.replicator.preflight;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs all checks. */
public final class Preflight {
    /** The first one decides whether there is a pair to look at. */
    private static final List<Check> CHECKS = List.of(
            new SameDatabase(),
            new Encoding(),
            new Collations(),
            new Version(Side.SOURCE),
            new Primary(Side.SOURCE),
            new WalLevel(),
            new SlotsAndSenders(),
            new ReplicationRole(),
            new CreatePrivilege(Side.SOURCE),
            new ConnectionLimit(Side.SOURCE),
            new ExistingSlot(),
            new SlotLimits(),
            new LongTransactions(),
            new SourceLargeObjects(),
            new TablesFound(),
            new Ownership(),
            new SelectPrivileges(),
            new RowSecurity(),
            new ReplicaIdentities(),
            new UnloggedTables(),
            new KeylessTables(),
            new ClientTools(),
            new Version(Side.TARGET),
            new Primary(Side.TARGET),
            new CreatePrivilege(Side.TARGET),
            new TemporaryPrivilege(),
            new ConnectionLimit(Side.TARGET),
            new ReplicaRoleAllowed(),
            new Extensions(),
            new AbsentTables(),
            new SchemaPrivileges(),
            new LeftOutForeignKeys(),
            new TargetOwner(),
            new TargetGrants(),
            new EventTriggers(),
            new ExistingTables(),
            new TargetLargeObjects(),
            new EmptyTables(),
            new WritePrivileges());

    private Preflight() {}

    /**
     * Checks both ends and changes neither. What cannot be reached is one {@code ERROR}; the checks that need it are
     * left out.
     *
     * @return ordered by id
     */
    public static List<Finding> run(PreflightContext context) {
        List<Finding> findings = new ArrayList<>();
        try (Connection source =
                        connect(context.source(), context.config().source().settings(), findings);
                Connection target =
                        connect(context.target(), context.config().target().settings(), findings)) {
            Session session = new Session(context, source, target);
            for (Check check : CHECKS) {
                if (session.has(check.needs())
                        && check.concerns(context.config().capture())
                        && (check.concernsCopyOnly() || !context.copyOnly())) {
                    findings.addAll(run(check, session));
                }
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "ending the checks", e);
        }
        findings.sort(Comparator.comparing(Finding::id));
        return List.copyOf(findings);
    }

    private static List<Finding> run(Check check, Session session) {
        try {
            return check.run(session);
        } catch (SQLException e) {
            return List.of(Finding.error(check.id(), SqlStates.describe(e), "replicator check --debug"));
        } catch (ReplicatorException e) {
            return List.of(Finding.error(check.id(), e.advice(), "replicator check --debug"));
        }
    }

    private static @Nullable Connection connect(
            Database database, ConnectionSettings settings, List<Finding> findings) {
        String id = database.side() + ".connection";
        try {
            Connection connection = database.open("check");
            findings.add(Finding.pass(id, settings.toString()));
            return connection;
        } catch (ReplicatorException e) {
            findings.add(Finding.error(
                    id, String.valueOf(e.getMessage()), ConnectionFix.of(e.code(), database.side(), settings)));
            return null;
        }
    }
}

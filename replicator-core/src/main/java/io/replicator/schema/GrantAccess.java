package io.replicator.schema;

import io.replicator.catalog.Grant;
import io.replicator.catalog.GrantReader;
import io.replicator.catalog.Grants;
import io.replicator.catalog.LackingGrants;
import io.replicator.catalog.Membership;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the roles that were granted privileges on the source have them on the target. */
public final class GrantAccess {
    private GrantAccess() {}

    /**
     * Requires it of every privilege that the source grants now.
     *
     * @param owner of the target's objects; null for the target's login
     * @throws ReplicatorException {@code CUTOVER_FAILED} naming objects, roles and the statements to run
     */
    public static void require(Connection source, Connection target, @Nullable String owner) {
        List<String> lacking = new ArrayList<>();
        try {
            Grants wanted = GrantReader.read(source, target, owner);
            LackingGrants.on(target, wanted.objects()).forEach(grant -> lacking.add(described(grant)));
            Membership.lacking(source, target, wanted.roles()).stream()
                    .filter(Membership::there)
                    .forEach(each -> lacking.add("role " + each.login() + " does not have the rights of role "
                            + each.role() + " → " + each.sql()));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "comparing the privileges of roles on both sides", e);
        }
        if (!lacking.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_FAILED,
                    "the target lacks " + lacking.size() + " privileges that roles have on the source: "
                            + Summary.of(lacking));
        }
    }

    private static String described(Grant grant) {
        return "role " + grant.role() + " may not " + grant.privileges().getFirst() + " on " + grant.object() + " → "
                + grant.sql();
    }
}

package io.replicator.catalog;

import io.replicator.postgres.Identifiers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Privileges that one role has on one object, or that nobody has by default any more.
 *
 * @param privileges as GRANT names them, for example {@code SELECT}
 * @param object what GRANT ON takes, quoted where needed, for example {@code TABLE shop.orders}
 * @param column the column that the privileges are restricted to; null for the whole object
 * @param role {@link #PUBLIC} for everybody
 */
public record Grant(
        Form form,
        List<String> privileges,
        String object,
        @Nullable String column,
        String role) {
    /** Everybody; no role can have this name. */
    public static final String PUBLIC = "public";

    /** What is done with the privileges. */
    public enum Form {
        GRANT,
        /** The role may grant them to others. */
        GRANT_OPTION,
        /** Taken from everybody, who has them on a new object. */
        REVOKE
    }

    public Grant {
        privileges = List.copyOf(privileges);
    }

    /** The same for one of its privileges. */
    public Grant only(String privilege) {
        return new Grant(form, List.of(privilege), object, column, role);
    }

    /** The statement, without a semicolon. */
    public String sql() {
        String suffix = column == null ? "" : " (" + Identifiers.quote(column) + ")";
        String what = String.join(suffix + ", ", privileges) + suffix + " ON " + object;
        String grantee = role.equals(PUBLIC) ? "PUBLIC" : Identifiers.quote(role);
        return switch (form) {
            case GRANT -> "GRANT " + what + " TO " + grantee;
            case GRANT_OPTION -> "GRANT " + what + " TO " + grantee + " WITH GRANT OPTION";
            case REVOKE -> "REVOKE " + what + " FROM " + grantee;
        };
    }
}

package io.replicator.catalog;

import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the privileges that the source's roles were granted. Left out: what an owner may do with its own, what everybody
 * may do by default, and what belongs to an extension. Who granted them does not matter: on the target the owner does.
 */
public final class GrantReader {
    private static final int MAINTAIN_SINCE = 17;

    private static final String GRANTED = "WITH " + GrantedObjects.SQL + """
            , holder AS (
                SELECT NULL::name AS creator, NULL::name AS schema, kind || ' ' || name AS object, NULL::name AS col, owner,
                       acl, standard
                FROM object WHERE acl IS NOT NULL
                UNION ALL
                SELECT NULL, NULL, o.kind || ' ' || o.name, a.attname, o.owner, a.attacl, '{}'
                FROM object o JOIN pg_attribute a ON a.attrelid = o.oid
                WHERE o.kind = 'TABLE' AND a.attacl IS NOT NULL AND NOT a.attisdropped
                UNION ALL
                SELECT CASE WHEN r.rolname = current_user THEN ?::name ELSE r.rolname END, n.nspname,
                       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                            WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
                       NULL, d.defaclrole, d.defaclacl,
                       CASE WHEN n.oid IS NOT NULL THEN '{}' WHEN d.defaclobjtype = 'f' THEN '{EXECUTE}'
                            WHEN d.defaclobjtype = 'T' THEN '{USAGE}' ELSE '{}' END::text[]
                FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole
                LEFT JOIN mine n ON n.oid = d.defaclnamespace
                WHERE d.defaclobjtype IN ('r', 'S', 'f', 'T', 'n') AND (d.defaclnamespace = 0 OR n.oid IS NOT NULL)),
            granted AS (
                SELECT h.creator, h.schema, h.object, h.col,
                       CASE WHEN x.grantee = 0 THEN 'public' WHEN r.rolname = current_user THEN ?::name ELSE r.rolname END AS role,
                       CASE WHEN x.is_grantable THEN 'GRANT_OPTION' ELSE 'GRANT' END AS form, x.privilege_type AS privilege
                FROM holder h CROSS JOIN LATERAL aclexplode(h.acl) AS x LEFT JOIN pg_roles r ON r.oid = x.grantee
                WHERE x.grantee <> h.owner AND (x.grantee = 0 OR r.oid IS NOT NULL)
                  AND NOT (x.grantee = 0 AND x.privilege_type = ANY (h.standard))
                  AND (x.privilege_type <> 'MAINTAIN' OR ?)
                UNION ALL
                SELECT h.creator, h.schema, h.object, NULL, 'public', 'REVOKE', p
                FROM holder h CROSS JOIN LATERAL unnest(h.standard) AS p
                WHERE NOT EXISTS (SELECT FROM aclexplode(h.acl) AS x WHERE x.grantee = 0 AND x.privilege_type = p))
            SELECT creator, schema, object, col, role, form, array_agg(DISTINCT privilege ORDER BY privilege)
            FROM granted
            GROUP BY creator, schema, object, col, role, form
            ORDER BY creator NULLS FIRST, schema NULLS FIRST, object, col NULLS FIRST, form DESC, role""";

    private GrantReader() {}

    /**
     * What is to be granted on the target. Privileges of the source's login go to the owner there.
     *
     * @param owner of the target's objects; null for the target's login
     */
    public static Grants read(Connection source, Connection target, @Nullable String owner) throws SQLException {
        String receiver = owner == null ? login(target) : owner;
        List<Grant> objects = new ArrayList<>();
        List<DefaultGrant> defaults = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(GRANTED)) {
            statement.setString(1, receiver);
            statement.setString(2, receiver);
            statement.setBoolean(3, ServerVersion.of(target).atLeast(MAINTAIN_SINCE));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Grant grant = grant(row);
                    String creator = row.getString(1);
                    if (creator == null) {
                        objects.add(grant);
                    } else {
                        defaults.add(new DefaultGrant(creator, row.getString(2), grant));
                    }
                }
            }
        }
        return new Grants(receiver, objects, defaults);
    }

    private static Grant grant(ResultSet row) throws SQLException {
        return new Grant(
                Grant.Form.valueOf(row.getString(6)),
                List.of((String[]) row.getArray(7).getArray()),
                row.getString(3),
                row.getString(4),
                row.getString(5));
    }

    private static String login(Connection target) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("SELECT current_user");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }
}

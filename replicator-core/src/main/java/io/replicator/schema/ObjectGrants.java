package io.replicator.schema;

import io.replicator.catalog.DefaultGrant;
import io.replicator.catalog.Grant;
import io.replicator.catalog.Grants;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The source's privileges as entries for the end, behind the change of owners: from then on the owner grants. */
final class ObjectGrants {
    static final String TYPE = "ACL";

    /** Of roles that may be none of our login's business, so that they may be refused. */
    static final String OF_OTHERS = "DEFAULT ACL";

    private ObjectGrants() {}

    /** One entry for each object and each default. */
    static List<SchemaEntry> entries(Grants grants) {
        Map<String, List<String>> byObject = new LinkedHashMap<>();
        for (Grant grant : grants.objects()) {
            byObject.computeIfAbsent(grant.object(), _ -> new ArrayList<>()).add(grant.sql());
        }
        List<SchemaEntry> entries = new ArrayList<>();
        byObject.forEach((object, statements) -> entries.add(entry(TYPE, object, String.join(";\n", statements))));
        for (DefaultGrant each : grants.defaults()) {
            String name = each.grant().object() + " of role " + each.creator()
                    + (each.schema() == null ? "" : " in schema " + each.schema());
            entries.add(entry(each.creator().equals(grants.owner()) ? TYPE : OF_OTHERS, name, each.sql()));
        }
        return entries;
    }

    private static SchemaEntry entry(String type, String name, String sql) {
        return new SchemaEntry(0, Stage.REMAINDER, type, name, sql, List.of(), 0);
    }
}

package io.replicator.catalog;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who may do what on the source, in the names of the target's roles.
 *
 * @param owner of the target's objects
 */
public record Grants(String owner, List<Grant> objects, List<DefaultGrant> defaults) {
    public Grants {
        objects = List.copyOf(objects);
        defaults = List.copyOf(defaults);
    }

    /** The roles that receive privileges on objects or, by default, on those that the owner will create. */
    public SortedSet<String> roles() {
        SortedSet<String> roles = new TreeSet<>();
        objects.forEach(grant -> roles.add(grant.role()));
        defaults.stream()
                .filter(each -> each.creator().equals(owner))
                .forEach(each -> roles.add(each.grant().role()));
        roles.remove(Grant.PUBLIC);
        return roles;
    }
}

package io.replicator.apply;

/**
 * A column of a target table.
 *
 * @param castType the type's qualified, quoted name without modifier: a cast to it never truncates, the assignment
 *     afterwards checks the length
 * @param typeOid the type's OID on the target
 * @param deterministic whether values that are equal are the same bytes, as far as the collation tells
 */
record TargetColumn(String name, String castType, int typeOid, boolean generated, boolean deterministic) {}

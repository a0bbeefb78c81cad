package io.replicator.apply;

/**
 * A column of a target table.
 *
 * @param castType the type's qualified, quoted name without modifier: a cast to it never truncates, the assignment
 *     afterwards checks the length
 * @param typeOid the type's OID on the target
 */
record TargetColumn(String name, String castType, int typeOid, boolean generated) {}

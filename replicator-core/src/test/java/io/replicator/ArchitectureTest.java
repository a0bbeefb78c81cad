package io.replicator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;

@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    static final String ROOT = "io.replicator";

    /** The direction of the data: a package knows those before it. The facade in the root package knows all. */
    private static final List<String> ORDER = List.of(
            "error",
            "postgres",
            "change",
            "config",
            "catalog",
            "preflight",
            "schema",
            "progress",
            "snapshot",
            "capture",
            "pipeline",
            "apply",
            "verify",
            "cutover",
            "status",
            "http",
            "daemon",
            "");

    @ArchTest
    static final ArchRule everyPackageHasItsPlaceInTheOrder = classes().should(resideInAnOrderedPackage());

    @ArchTest
    static final ArchRule packagesDependOnlyOnThoseBeforeThem = classes().should(dependOnlyOnPackagesBefore());

    @ArchTest
    static final ArchRule loggingGoesThroughSlf4j =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    @ArchTest
    static final ArchRule nothingIsWrittenToStandardStreams = noClasses().should(ACCESS_STANDARD_STREAMS);

    private static ArchCondition<JavaClass> resideInAnOrderedPackage() {
        return new ArchCondition<>("reside in one of the packages " + ORDER) {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                if (!ORDER.contains(topPackage(checked))) {
                    events.add(SimpleConditionEvent.violated(checked, checked.getName() + " is in none of them"));
                }
            }
        };
    }

    private static ArchCondition<JavaClass> dependOnlyOnPackagesBefore() {
        return new ArchCondition<>("depend only on packages before their own in " + ORDER) {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                int own = ORDER.indexOf(topPackage(checked));
                for (var dependency : checked.getDirectDependenciesFromSelf()) {
                    JavaClass other = dependency.getTargetClass().getBaseComponentType();
                    if (isOurs(other) && ORDER.indexOf(topPackage(other)) > own) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean isOurs(JavaClass checked) {
        return checked.getPackageName().equals(ROOT) || checked.getPackageName().startsWith(ROOT + ".");
    }

    private static String topPackage(JavaClass checked) {
        String name = checked.getPackageName();
        if (name.equals(ROOT)) {
            return "";
        }
        String below = name.substring(ROOT.length() + 1);
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }
}

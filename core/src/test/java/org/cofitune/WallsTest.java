package org.cofitune;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.ObjectInputStream;
import java.net.URLClassLoader;
import java.util.List;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.NullMarked;

/** Keeps every package of the core to what stands below it. */
@AnalyzeClasses(
    packages = "org.cofitune",
    importOptions = {ImportOption.DoNotIncludeTests.class})
final class WallsTest {
  /** Bottom first: a package may import only what stands before it in this list. */
  private static final List<String> LAYERS =
      List.of(
          "error",
          "engine",
          "store",
          "text",
          "model",
          "data",
          "generate",
          "train",
          "importance",
          "evaluate",
          "method",
          "search",
          "compare",
          "analyze",
          "pipeline",
          "runs",
          "report");

  private static final String[] TENSOR_PACKAGES =
      packagesOf(
          List.of(
              "engine", "store", "model", "generate", "train", "importance", "method", "analyze"));

  @ArchTest static final ArchRule packagesImportOnlyWhatStandsBelowThem = layers();

  @ArchTest
  static final ArchRule everyClassBelongsToALayer =
      classes().should().resideInAnyPackage(packagesOf(LAYERS));

  @ArchTest
  static final ArchRule onlyTensorPackagesKnowTheEngineLibrary =
      noClasses()
          .that()
          .resideOutsideOfPackages(TENSOR_PACKAGES)
          .should()
          .dependOnClassesThat(resideInAPackage("org.bytedeco.."))
          .as("only packages that compute with tensors depend on org.bytedeco")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching("org.cofitune.(**)").should().beFreeOfCycles();

  @ArchTest static final ArchRule loggingGoesThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

  @ArchTest static final ArchRule theLibraryNeverPrints = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  @ArchTest
  static final ArchRule noArchiveIsEverUnpacked =
      noClasses()
          .should()
          .dependOnClassesThat(
              belongToAnyOf(
                  ZipFile.class, ZipInputStream.class, InflaterInputStream.class, Inflater.class))
          .as("no class unpacks archives, so none can be a bomb");

  @ArchTest
  static final ArchRule dataIsNeverCode =
      noClasses()
          .should()
          .dependOnClassesThat(
              belongToAnyOf(ProcessBuilder.class, ObjectInputStream.class, URLClassLoader.class)
                  .or(resideInAnyPackage("javax.script..", "javax.naming..", "java.rmi..")))
          .orShould()
          .callMethod(Class.class, "forName", String.class)
          .orShould()
          .callMethod(ClassLoader.class, "loadClass", String.class)
          .orShould()
          .callMethod(Runtime.class, "exec", String.class)
          .orShould()
          .callMethod(Runtime.class, "exec", String[].class)
          .as("no class starts processes, loads classes by name, or deserialises objects");

  @ArchTest
  static final ArchRule everyPackageIsNullMarked =
      classes().should(be(describe("in a null-marked package", WallsTest::isNullMarked)));

  private static LayeredArchitecture layers() {
    LayeredArchitecture rule =
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (String layer : LAYERS) {
      rule = rule.layer(layer).definedBy("org.cofitune." + layer + "..");
    }
    for (int i = 1; i < LAYERS.size(); i++) {
      rule =
          rule.whereLayer(LAYERS.get(i))
              .mayOnlyAccessLayers(LAYERS.subList(0, i).toArray(String[]::new));
    }
    return rule.whereLayer(LAYERS.get(0)).mayNotAccessAnyLayer();
  }

  private static String[] packagesOf(List<String> layers) {
    return layers.stream().map(layer -> "org.cofitune." + layer + "..").toArray(String[]::new);
  }

  private static boolean isNullMarked(JavaClass type) {
    return type.getPackage().isAnnotatedWith(NullMarked.class);
  }
}

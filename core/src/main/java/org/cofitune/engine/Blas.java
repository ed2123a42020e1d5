package org.cofitune.engine;

import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * The library that computes matrix products on the CPU, and why it was chosen.
 *
 * @param name {@code mkl} or {@code openblas}
 * @param reason one sentence for logs and {@code doctor}
 */
public record Blas(String name, String reason) {

  private static final String LOAD_PROPERTY = "org.bytedeco.openblas.load";

  /** The library itself, on Linux and Windows; the Java bindings alone would not bring it. */
  private static final List<String> MKL_FILES = List.of("libmkl_rt.so.2", "mkl_rt.2.dll");

  private static final String MKL = "mkl";
  private static final String OPENBLAS = "openblas";

  /**
   * Chooses the library and tells the native loader; works only before libtorch is loaded. A choice
   * made by the user with {@code -Dorg.bytedeco.openblas.load=...} stands.
   */
  static Blas choose() {
    String asked = System.getProperty(LOAD_PROPERTY);
    if (asked != null) {
      String name = asked.startsWith(MKL) ? MKL : OPENBLAS;
      return new Blas(name, "asked for with -D" + LOAD_PROPERTY + "=" + asked);
    }
    if (!isMklOnClassPath()) {
      return new Blas(
          OPENBLAS, "MKL is not on the class path (it exists for x86-64 only); training is slower");
    }
    System.setProperty(LOAD_PROPERTY, MKL);
    return new Blas(MKL, "on the class path, and faster than OpenBLAS for small training steps");
  }

  private static boolean isMklOnClassPath() {
    String folder = "org/bytedeco/mkl/" + Loader.getPlatform() + "/";
    ClassLoader loader = Blas.class.getClassLoader();
    return MKL_FILES.stream().anyMatch(file -> loader.getResource(folder + file) != null);
  }
}

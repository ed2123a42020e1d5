package org.cofitune.engine;

/**
 * The library that computes matrix products on the CPU, and why it was chosen.
 *
 * @param name {@code mkl} or {@code openblas}
 * @param reason one sentence for logs and {@code doctor}
 */
public record Blas(String name, String reason) {

  private static final String LOAD_PROPERTY = "org.bytedeco.openblas.load";
  private static final String MKL_CLASS = "org/bytedeco/mkl/global/mkl_rt.class";
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
    boolean onClassPath = Blas.class.getClassLoader().getResource(MKL_CLASS) != null;
    if (!onClassPath) {
      return new Blas(
          OPENBLAS, "MKL is not on the class path (it exists for x86-64 only); training is slower");
    }
    System.setProperty(LOAD_PROPERTY, MKL);
    return new Blas(MKL, "on the class path, and faster than OpenBLAS for small training steps");
  }
}

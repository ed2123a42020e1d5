package org.cofitune.engine;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.global.torch_nccl;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Loads libtorch once per process. Unpacking the libraries into the shared cache happens under a
 * file lock: two processes that unpack at once can map a half-written library and crash.
 *
 * <p>Behind the lock nothing is loaded again. JavaCPP would otherwise go over all libraries
 * whenever a class of its presets is first used, and remove and make anew the links between them
 * each time, without the lock: a process that starts at that moment does not find its libraries.
 */
final class NativeLibraries {
  private static final String LOCK_FILE = "cofitune-unpack.lock";
  private static final String LOAD_PROPERTY = "org.bytedeco.javacpp.loadLibraries";

  /** Initialised by the class loader, so exactly once and before the first use. */
  private static final class Loaded {
    static final Blas BLAS = load();
  }

  private NativeLibraries() {}

  /** Loads libtorch if that has not happened yet and returns the matrix library in use. */
  static Blas ensureLoaded() {
    try {
      return Loaded.BLAS;
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof CofituneException told) {
        throw told;
      }
      throw e;
    }
  }

  private static Blas load() {
    // JavaCPP otherwise bounds native memory by the Java heap and stalls near that bound.
    setIfAbsent("org.bytedeco.javacpp.maxBytes", "0");
    setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    Blas blas = Blas.choose();
    try {
      File cache = Loader.getCacheDir();
      Path lockFile = cache.toPath().resolve(LOCK_FILE);
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        assert lock.isValid();
        Loader.load(torch.class);
        if (isCudaOnClassPath()) {
          Loader.load(torch_cuda.class);
          Loader.load(torch_nccl.class);
        }
        System.setProperty(LOAD_PROPERTY, "false");
      }
    } catch (IOException | LinkageError e) {
      throw CofituneException.of(ErrorKind.TRAINING, "the native libraries cannot be loaded")
          .at(System.getProperty("org.bytedeco.javacpp.cachedir", "the JavaCPP cache"))
          .expected("a writable cache folder and libtorch for this machine")
          .found(e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
          .next("run: cofitune doctor")
          .see("the-native-libraries-cannot-be-loaded")
          .cause(e)
          .build();
    }
    return blas;
  }

  /** Whether this is a build with CUDA; the Java side of it is in every build. */
  static boolean isCudaOnClassPath() {
    String library = "org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu/libtorch_cuda.so";
    return NativeLibraries.class.getClassLoader().getResource(library) != null;
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}

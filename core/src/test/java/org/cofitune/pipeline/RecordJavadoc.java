package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The Javadoc of a record, read from its source, as Markdown.
 *
 * @param summary the first sentence
 * @param parameters by component
 */
record RecordJavadoc(String summary, Map<String, String> parameters) {
  String parameter(String component) {
    return parameters.getOrDefault(component, "");
  }

  static RecordJavadoc read(Class<?> type) throws IOException {
    Path source = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(source));
      CompilationUnitTree unit = task.parse().iterator().next();
      for (Tree declaration : unit.getTypeDecls()) {
        if (declaration instanceof ClassTree tree
            && tree.getSimpleName().contentEquals(type.getSimpleName())) {
          TreePath path = TreePath.getPath(unit, declaration);
          return of(DocTrees.instance(task).getDocCommentTree(path));
        }
      }
    }
    throw new IllegalArgumentException("no record " + type + " in " + source);
  }

  private static RecordJavadoc of(DocCommentTree comment) {
    Map<String, String> parameters = new TreeMap<>();
    for (DocTree tag : comment.getBlockTags()) {
      if (tag instanceof ParamTree parameter) {
        parameters.put(parameter.getName().toString(), markdown(parameter.getDescription()));
      }
    }
    return new RecordJavadoc(markdown(comment.getFirstSentence()), parameters);
  }

  /** Javadoc names a component as Java does, a recipe as YAML does. */
  private static String key(String code) {
    return code.matches("[a-z]+([A-Z][a-z]+)+") ? SnakeCaseStrategy.INSTANCE.translate(code) : code;
  }

  private static String markdown(List<? extends DocTree> parts) {
    StringBuilder text = new StringBuilder();
    for (DocTree part : parts) {
      if (part instanceof LiteralTree literal) {
        text.append('`').append(key(literal.getBody().getBody().strip())).append('`');
      } else if (part instanceof LinkTree link) {
        text.append('`').append(link.getReference().getSignature()).append('`');
      } else {
        text.append(part);
      }
    }
    return text.toString().replaceAll("\\s+", " ").replace("|", "\\|").strip();
  }
}

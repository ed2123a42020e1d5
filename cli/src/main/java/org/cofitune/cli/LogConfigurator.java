package org.cofitune.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends logs to standard error: cofitune's own from INFO on, those of libraries from WARN on.
 * Logback finds this class by its service file; reading an XML file would cost every command a
 * tenth of a second.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String OWN = "org.cofitune";
  private static final String APPENDER = "standard-error";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName(APPENDER);
    appender.setTarget("System.err");
    appender.setEncoder(encoder(context, "%-5level %msg%n%nopex"));
    appender.start();
    root(context).addAppender(appender);
    root(context).setLevel(Level.WARN);
    context.getLogger(OWN).setLevel(Level.INFO);
    // The tokenizers' library looks for a GPU that it has no use for, and warns where it finds
    // none.
    context.getLogger("ai.djl").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Shows cofitune's own DEBUG lines, the libraries' INFO lines, times, loggers, and traces. */
  static void logMore() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      root(context).setLevel(Level.INFO);
      context.getLogger(OWN).setLevel(Level.DEBUG);
      if (root(context).getAppender(APPENDER) instanceof ConsoleAppender<ILoggingEvent> appender) {
        appender.setEncoder(encoder(context, "%d{HH:mm:ss.SSS} %-5level %logger - %msg%n"));
      }
    }
  }

  /** Shows warnings only, for a process that leaves the talking to another one. */
  static void logLess() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger(OWN).setLevel(Level.WARN);
    }
  }

  private static ch.qos.logback.classic.Logger root(LoggerContext context) {
    return context.getLogger(Logger.ROOT_LOGGER_NAME);
  }

  private static PatternLayoutEncoder encoder(LoggerContext context, String pattern) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setPattern(pattern);
    encoder.start();
    return encoder;
  }
}

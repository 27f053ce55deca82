using System.Globalization;

namespace NetTraffic.Server;

/// <summary>The log of a server that has no terminal: a file beside the store's server file, which begins anew when it gets long.</summary>
internal sealed class FileLog : ILoggerProvider
{
    private const long Longest = 1 << 20;
    private readonly Lock gate = new();
    private readonly FileStream file;

    public FileLog(string path) => file = SharedFile.Create(path, FileMode.Create, ownerOnly: true, FileShare.ReadWrite | FileShare.Delete);

    public ILogger CreateLogger(string categoryName) => new CategoryLog(this, categoryName);

    public void Dispose() => file.Dispose();

    private void Write(string text)
    {
        lock (gate)
        {
            if (file.Length > Longest)
            {
                file.SetLength(0);
            }

            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush();
        }
    }

    private sealed class CategoryLog(FileLog owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                // Lines of a log are ours: names from outside break none.
                string message = Display.Text(formatter(state, exception));
                string trace = exception is null ? "" : "\n  " + exception.ToString().ReplaceLineEndings("\n  ");
                owner.Write(string.Create(CultureInfo.InvariantCulture,
                    $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'} {logLevel} {category}: {message}{trace}\n"));
            }
        }
    }
}

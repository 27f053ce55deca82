namespace NetTraffic.Testing;

/// <summary>A clock on which nobody waits: who asks to wait is woken at once, and it is later by the time asked for.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private readonly Lock gate = new();
    private long passed;

    /// <summary>When it begins.</summary>
    public DateTimeOffset Begin { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>How much time there was.</summary>
    public TimeSpan Passed => TimeSpan.FromTicks(Interlocked.Read(ref passed));

    /// <summary>Called for each leap, one at a time, before who waited goes on.</summary>
    public Action<TimeSpan>? Leapt { get; set; }

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time) => Interlocked.Add(ref passed, time.Ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref passed);

    public override DateTimeOffset GetUtcNow() => Begin + Passed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Leap timer = new();
        if (dueTime >= TimeSpan.Zero)
        {
            TimeSpan due = TimeSpan.FromTicks(Interlocked.Add(ref passed, dueTime.Ticks));
            ThreadPool.QueueUserWorkItem(_ =>
            {
                lock (gate)
                {
                    Leapt?.Invoke(due);
                }

                timer.Run(() => callback(state));
            });
        }

        return timer;
    }

    private sealed class Leap : ITimer
    {
        private volatile bool disposed;

        public void Run(Action action)
        {
            if (!disposed)
            {
                action();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() => disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Collections;
using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Jobs;

/// <summary>
/// A running capture as a PowerShell job: its state follows the capture's, Receive-Job gives <see cref="CaptureStatus"/> objects (one a
/// second while there is something new, the newest <see cref="MaxStatuses"/> are kept), and its numbers are live.
/// </summary>
public sealed class NetCaptureJob : Job
{
    /// <summary>Statuses that wait for Receive-Job at most: ten minutes' worth.</summary>
    public const int MaxStatuses = 600;

    /// <summary>Name of the type in views.</summary>
    public const string TypeName = "NetTraffic.NetCaptureJob";

    private readonly CaptureSession session;
    private CaptureStatus? told;
    private int disposed;

    internal NetCaptureJob(CaptureSession session, string command)
        : base(command, session.GetStatus().Name)
    {
        this.session = session;
        PSJobTypeName = "NetCaptureJob";
        SetJobState(JobState.Running);
        session.StatusChanged += OnStatus;
        session.Warning += OnWarning;
        session.Follow(OnEnd);
    }

    /// <summary>Identifies the capture in the store.</summary>
    public string CaptureId => session.GetStatus().CaptureId;

    /// <summary>All the numbers now.</summary>
    public CaptureStatus Status => session.GetStatus();

    /// <summary>Interfaces captured on.</summary>
    public string[] Interfaces => session.GetStatus().Interfaces;

    /// <summary>Packets received so far.</summary>
    public long Packets => session.GetStatus().Packets;

    /// <summary>Wire bytes received so far.</summary>
    public long Bytes => session.GetStatus().Bytes;

    /// <summary>Flows seen so far.</summary>
    public long Flows => session.GetStatus().Flows;

    /// <summary>Packets a second now.</summary>
    public double PacketsPerSecond => session.GetStatus().PacketsPerSecond;

    /// <summary>Bits a second now.</summary>
    public double BitsPerSecond => session.GetStatus().BitsPerSecond;

    /// <summary>Packets the kernel dropped so far.</summary>
    public long KernelDrops => session.GetStatus().KernelDrops;

    /// <summary>Packets the interfaces dropped so far.</summary>
    public long InterfaceDrops => session.GetStatus().InterfaceDrops;

    /// <summary>Packets whose decoding stopped early so far.</summary>
    public long DecodeFailures => session.GetStatus().DecodeFailures;

    /// <summary>Folder of the store.</summary>
    public string StorePath => session.GetStatus().StorePath;

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count > 0;

    /// <inheritdoc/>
    public override string Location => Environment.MachineName;

    /// <inheritdoc/>
    public override string StatusMessage
    {
        get
        {
            CaptureStatus now = session.GetStatus();
            return Display.Text(now.Message ?? CaptureTexts.Numbers(now));
        }
    }

    /// <summary>Stops the capture, and returns when everything is stored.</summary>
    public override void StopJob()
    {
        if (JobStateInfo.State == JobState.Running)
        {
            SetJobState(JobState.Stopping);
            session.Stop();
        }

        Finished.WaitOne();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref disposed, 1) == 0)
        {
            session.StatusChanged -= OnStatus;
            session.Warning -= OnWarning;
            session.Dispose();
            base.Dispose(disposing);
        }
    }

    private void OnStatus(CaptureStatus now)
    {
        // The last one comes with the end.
        if (now.State == CaptureState.Running && (told is null || IsNews(told, now)))
        {
            told = now;
            Add(now);
        }
    }

    /// <summary>Whether anything happened between two statuses; how much memory the process has is nothing that happened.</summary>
    private static bool IsNews(CaptureStatus before, CaptureStatus now) =>
        CaptureCounters.All.Any(counter => counter.Property != nameof(CaptureCounters.MemoryBytes)
            && counter.Get(before) != counter.Get(now))
        || before.PacketsPerSecond != now.PacketsPerSecond
        || before.Message != now.Message
        || before.InterfaceStates.Count != now.InterfaceStates.Count
        || before.InterfaceStates.Except(now.InterfaceStates).Any();

    private void OnWarning(string problem)
    {
        if (Warning.IsOpen)
        {
            Warning.Add(new WarningRecord(Display.Text(problem)));
        }
    }

    private void OnEnd(CaptureStatus last)
    {
        if (Volatile.Read(ref disposed) != 0)
        {
            return;
        }

        Add(last);
        if (last.State == CaptureState.Failed && Error.IsOpen)
        {
            Error.Add(ErrorRecords.From(CaptureTexts.Failure(last), last.CaptureId));
        }

        SetJobState(last.State switch
        {
            CaptureState.Completed => JobState.Completed,
            CaptureState.Stopped => JobState.Stopped,
            _ => JobState.Failed,
        });
    }

    private void Add(CaptureStatus status)
    {
        lock (((ICollection)Output).SyncRoot)
        {
            if (!Output.IsOpen)
            {
                return;
            }

            if (Output.Count >= MaxStatuses)
            {
                Output.RemoveAt(0);
            }

            Output.Add(PSObject.AsPSObject(status));
        }
    }
}

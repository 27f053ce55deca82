using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>Live captures on the loopback interface. What can be refused needs no permission, only libpcap.</summary>
public sealed class CaptureTests : IDisposable
{
    private readonly ModuleSession session = new();

    private static string Loopback => OperatingSystem.IsMacOS() ? "lo0" : "lo";

    public void Dispose()
    {
        session.Run("Stop-NetCapture -All; Get-Job | Remove-Job -Force").Clean();
        session.Dispose();
    }

    [Fact]
    public void The_loopback_interface_is_listed()
    {
        List<CaptureInterface> all = Interfaces();
        CaptureInterface loopback = Assert.Single(all, one => one.Name == Loopback);
        Assert.True(loopback.IsLoopback);
        Assert.Contains("127.0.0.1", loopback.Addresses);
        Assert.Equal(loopback.CanCapture, loopback.CaptureProblem is null);
        Assert.Equal(Loopback, session.Run("Get-NetCaptureInterface ($args[0][0] + '*') | ForEach-Object { if ($_.IsLoopback) { $_ } }", Loopback).One<CaptureInterface>().Name);
        session.Run("Get-NetCaptureInterface lox").Error("UnknownInterface", ErrorCategory.ObjectNotFound);
    }

    [Fact]
    public void An_unknown_interface_is_refused_with_the_nearest_names_and_nothing_is_stored()
    {
        Interfaces();
        ErrorRecord error = session.Run("Start-NetCapture loo").Error("UnknownInterface", ErrorCategory.ObjectNotFound);
        Assert.Contains(Loopback, error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Get-NetCaptureInterface", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        session.Run("Start-NetCapture nothing*").Error("UnknownInterface", ErrorCategory.ObjectNotFound);
        Assert.Empty(session.Run("Get-NetCapture").Clean().Output);
        Assert.Empty(session.Run("Get-Job").Clean().Output);
    }

    [Fact]
    public void A_bad_filter_is_refused_with_what_libpcap_says()
    {
        RequireCapture();
        ErrorRecord error = session.Run("Start-NetCapture $args[0] -Filter 'tcp prot 80'", Loopback).Error("BadFilter", ErrorCategory.InvalidArgument);
        Assert.Contains("tcp prot 80", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("syntax error", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("pcap-filter", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-NetCapture").Clean().Output);
    }

    [Theory]
    [InlineData("-FlushInterval 10ms", "BadFlushInterval")]
    [InlineData("-Duration ([timespan]0)", "BadDuration")]
    public void Times_out_of_range_are_refused(string parameters, string id) =>
        session.Run($"Start-NetCapture $args[0] {parameters}", Loopback).Error(id, ErrorCategory.InvalidArgument);

    [Fact]
    public void A_job_lives_as_jobs_do()
    {
        RequireCapture();
        PSObject job = Assert.Single(session.Run("Start-NetCapture $args[0] -Name probe -FlushInterval 1s -Filter 'udp port 40123'", Loopback).Clean().Output);
        Assert.Equal("NetTraffic.NetCaptureJob", job.TypeNames[0]);
        Assert.Equal("NetCaptureJob", ((Job)job.BaseObject).PSJobTypeName);
        Assert.Equal(JobState.Running, ((Job)job.BaseObject).JobStateInfo.State);
        string id = (string)job.Properties["CaptureId"].Value;
        Send(40123, 25);

        Assert.True(SpinWait.SpinUntil(() => (long)job.Properties["Packets"].Value >= 25, TimeSpan.FromSeconds(20)), "the job's packets are live");
        Assert.Same(job.BaseObject, session.Run("Get-Job -Name probe").Clean().Output[0].BaseObject);
        CaptureStatus listed = session.Run("Get-NetCapture -CaptureId $args[0]", id).One<CaptureStatus>();
        Assert.Equal((CaptureState.Running, "probe"), (listed.State, listed.Name));
        Assert.NotEmpty(session.Run("Wait-Job -Name probe -Timeout 2; Receive-Job -Name probe").All<CaptureStatus>());

        session.Run("Stop-Job -Name probe").Clean();
        Assert.Equal(JobState.Stopped, ((Job)job.BaseObject).JobStateInfo.State);
        CaptureStatus last = session.Run("Receive-Job -Name probe").All<CaptureStatus>()[^1];
        Assert.Equal((CaptureState.Stopped, id), (last.State, last.CaptureId));
        Assert.InRange(last.Packets, 25, 50); // an old libpcap sees loopback packets twice: out and in
        session.Run("Remove-Job -Name probe").Clean();
        Assert.Empty(session.Run("Get-Job").Clean().Output);
        Assert.Equal(last.Packets, session.Run("Get-NetCapture $args[0]", "probe").One<CaptureStatus>().Packets);
        Assert.Equal(last.Packets, session.Run("Get-TrafficSummary -CaptureId $args[0]", id).One<TrafficSummary>().Packets);
    }

    [Fact]
    public void Removing_a_running_job_needs_Force_and_stops_its_capture()
    {
        RequireCapture();
        session.Run("Start-NetCapture $args[0] -Name probe", Loopback).Clean();
        Assert.Single(session.Run("Remove-Job -Name probe").Errors);
        session.Run("Remove-Job -Name probe -Force").Clean();
        Assert.Equal(CaptureState.Stopped, session.Run("Get-NetCapture probe").One<CaptureStatus>().State);
    }

    [Theory]
    [InlineData("$job | Stop-NetCapture -PassThru")]
    [InlineData("Stop-NetCapture -CaptureId $job.CaptureId -PassThru")]
    [InlineData("Stop-NetCapture $job.CaptureId -PassThru")]
    [InlineData("Stop-NetCapture -Name pro* -PassThru")]
    [InlineData("Stop-NetCapture -All -PassThru")]
    [InlineData("Get-NetCapture -State Running | Stop-NetCapture -PassThru")]
    public void Captures_are_stopped_in_every_way(string stop)
    {
        RequireCapture();
        session.Run("$job = Start-NetCapture $args[0] -Name probe", Loopback).Clean();
        Assert.Equal(CaptureState.Stopped, session.Run(stop).One<CaptureStatus>().State);
        Assert.Equal("Stopped", session.Run("$null = Wait-Job $job -Timeout 10; $job.State").Clean().Output[0].ToString());
    }

    [Fact]
    public void WhatIf_neither_starts_nor_stops()
    {
        RequireCapture();
        Assert.Empty(session.Run("Start-NetCapture $args[0] -WhatIf", Loopback).Clean().Output);
        Assert.Empty(session.Run("Get-NetCapture").Clean().Output);
        session.Run("$job = Start-NetCapture $args[0]", Loopback).Clean();
        session.Run("Stop-NetCapture -All -WhatIf").Clean();
        Assert.Equal(CaptureState.Running, session.Run("Get-NetCapture").One<CaptureStatus>().State);
    }

    [Fact]
    public void An_unknown_capture_is_an_error_and_the_rest_is_stopped()
    {
        RequireCapture();
        session.Run("$job = Start-NetCapture $args[0]", Loopback).Clean();
        Result result = session.Run("Stop-NetCapture nosuch, $job.CaptureId -PassThru");
        result.Error("CaptureNotFound", ErrorCategory.ObjectNotFound);
        Assert.Equal(CaptureState.Stopped, ((CaptureStatus)Assert.Single(result.Output).BaseObject).State);
    }

    [Fact]
    public async Task Waiting_shows_progress_and_returns_the_final_numbers()
    {
        RequireCapture();
        using CancellationTokenSource enough = new();
        Task sending = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                Send(40124, 1);
                await Task.Delay(50);
            }
        });
        Result result = session.Run("Start-NetCapture $args[0] -Filter 'udp port 40124' -PacketCount 30 -Duration 30s -Wait", Loopback);
        await enough.CancelAsync();
        await sending;
        CaptureStatus last = result.One<CaptureStatus>();
        Assert.Equal((CaptureState.Completed, 30L), (last.State, last.Packets));
        Assert.Contains(result.Progress, record => record.PercentComplete is > 0 and < 100 && record.StatusDescription.Contains("dropped", StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
        Assert.Equal(30, session.Run("Get-TrafficSummary").One<TrafficSummary>().Packets);
    }

    [Fact]
    public void Ctrl_C_ends_a_waiting_capture_cleanly_with_everything_stored()
    {
        RequireCapture();
        session.RunAndStop("Start-NetCapture $args[0] -Filter 'udp port 40125' -Wait", _ => Running() && SendAndWait(), Loopback);
        CaptureStatus last = session.Run("Get-NetCapture").One<CaptureStatus>();
        Assert.Equal(CaptureState.Stopped, last.State);
        Assert.InRange(last.Packets, 10, 1000);
        Assert.Contains($"Stopped: {last.Packets} packets in {last.Flows} flows are stored. See Get-NetCapture -CaptureId {last.CaptureId}", session.Screen, StringComparison.Ordinal);
        Assert.Equal(last.Packets, session.Run("Get-TrafficSummary").One<TrafficSummary>().Packets);

        bool Running() => StatusFiles().Length > 0;

        bool SendAndWait()
        {
            Send(40125, 10);
            return SpinWait.SpinUntil(() => Regex.IsMatch(File.ReadAllText(StatusFiles()[0]), "\"Packets\": [1-9][0-9]"), TimeSpan.FromSeconds(20));
        }

        string[] StatusFiles() => Directory.Exists(Path.Combine(session.StorePath, "captures", "status"))
            ? Directory.GetFiles(Path.Combine(session.StorePath, "captures", "status"), "*.json") : [];
    }

    private void RequireCapture()
    {
        CaptureInterface loopback = Interfaces().Single(one => one.Name == Loopback);
        Assert.SkipUnless(loopback.CanCapture, $"This process may not capture packets: {loopback.CaptureProblem}");
    }

    private List<CaptureInterface> Interfaces()
    {
        Result result = session.Run("Get-NetCaptureInterface");
        Assert.SkipWhen(result.Errors.Count == 1 && result.Errors[0].FullyQualifiedErrorId.StartsWith("LibraryMissing", StringComparison.Ordinal), "libpcap is not installed.");
        return result.All<CaptureInterface>();
    }

    private static void Send(int port, int datagrams)
    {
        using UdpClient client = new();
        for (int i = 0; i < datagrams; i++)
        {
            client.Send([1, 2, 3], new IPEndPoint(IPAddress.Loopback, port));
        }
    }
}

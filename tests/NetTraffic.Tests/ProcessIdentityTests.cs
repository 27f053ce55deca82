using System.Diagnostics;

namespace NetTraffic.Tests;

/// <summary>A process is told from another one that has its number later.</summary>
public sealed class ProcessIdentityTests
{
    [Fact]
    public void This_process_is_running_and_one_that_had_its_number_before_is_not()
    {
        Assert.NotEmpty(ProcessIdentity.Own);
        Assert.True(ProcessIdentity.IsRunning(Environment.ProcessId, ProcessIdentity.Own));
        int last = ProcessIdentity.Own.LastIndexOf('/');
        Assert.False(ProcessIdentity.IsRunning(Environment.ProcessId, $"{ProcessIdentity.Own[..last]}/1"));
    }

    [Fact]
    public void One_that_has_ended_is_not_running()
    {
        using Process ended = // this program, which shows its help and ends
            Process.Start(new ProcessStartInfo(Environment.ProcessPath!, "-?") { UseShellExecute = false, RedirectStandardOutput = true })!;
        string? identity = ProcessIdentity.Find(ended.Id);
        ended.StandardOutput.ReadToEnd();
        ended.WaitForExit();
        Assert.NotNull(identity);
        Assert.False(ProcessIdentity.IsRunning(ended.Id, identity));
    }

    /// <summary>Also those that this user may not open: on Windows protected ones, elsewhere the first.</summary>
    [Fact]
    public void Every_process_has_an_identity()
    {
        int[] ids = OperatingSystem.IsWindows() ? [.. Process.GetProcesses().Select(process => process.Id).Where(id => id != 0)] : [1];
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.True(ProcessIdentity.Find(id) is not null || !ProcessIdentity.Exists(id)));
    }
}

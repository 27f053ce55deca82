using NetTraffic.Packets;

namespace NetTraffic.Tests;

/// <summary>The table of foreseen errors.</summary>
public sealed class ErrorTests
{
    [Fact]
    public void Every_row_has_a_name_and_a_next_move()
    {
        Assert.NotEmpty(TrafficErrors.All);
        Assert.All(TrafficErrors.All, row =>
        {
            Assert.Matches("^[A-Z][A-Za-z]+$", row.Id);
            Assert.EndsWith(".", row.NextMove.TrimEnd('\''), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Each_row_stands_once() => Assert.Distinct(TrafficErrors.All);

    /// <summary>Scripts rely on these; a problem that is added gets a row of its own.</summary>
    [Fact]
    public void Each_problem_has_an_id_of_its_own()
    {
        IEnumerable<string> captures = Enum.GetValues<CaptureProblem>().Select(problem => new CaptureException(problem, "x").Id);
        IEnumerable<string> influx = Enum.GetValues<InfluxProblem>().Select(problem => new InfluxException("x", problem).Id);
        Assert.Equal(Enum.GetNames<CaptureProblem>().Select(name => name == "Other" ? "CaptureFailed" : name), captures);
        Assert.Equal(Enum.GetNames<InfluxProblem>().Select(name => name == "Other" ? "InfluxFailed" : "Influx" + name), influx);
    }

    [Fact]
    public void An_error_says_what_is_known_of_its_case()
    {
        Assert.Equal("Do this.", TrafficErrors.Of(new StoreException("x") { NextMove = "Do this." })!.NextMove);
        Assert.Equal("DiskIsReadOnly", TrafficErrors.Of(new IOException("Read-only file system", 30))!.Id);
        Assert.Equal("NotACaptureFile", TrafficErrors.Of(new CaptureFormatException("x", 0, truncated: false))!.Id);
        TrafficError damage = TrafficErrors.Of(new CaptureFormatException("x", 77, truncated: true))!;
        Assert.Equal(("DamagedCaptureFile", ErrorKind.BadData), (damage.Id, damage.Kind));
        Assert.Contains("77", damage.NextMove, StringComparison.Ordinal);
    }

    [Fact]
    public void The_systems_errors_have_rows_and_bugs_have_none()
    {
        Assert.Equal("FileNotFound", TrafficErrors.Of(new FileNotFoundException())!.Id);
        Assert.Equal("FolderNotFound", TrafficErrors.Of(new DirectoryNotFoundException())!.Id);
        Assert.Equal("AccessDenied", TrafficErrors.Of(new UnauthorizedAccessException())!.Id);
        Assert.Equal("ReadOrWriteFailed", TrafficErrors.Of(new IOException())!.Id);
        Assert.Equal("BadValue", TrafficErrors.Of(new FormatException())!.Id);
        Assert.Equal("BadArgument", TrafficErrors.Of(new ArgumentException())!.Id);
        Assert.Null(TrafficErrors.Of(new InvalidOperationException()));
    }
}

namespace NetTraffic.Shell.Tests;

/// <summary>Exit codes and streams, as pwsh has them (each was compared with pwsh 7.6).</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("1", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Import-Module NoSuchModule", 1)]
    [InlineData("Import-Module NoSuchModule; 1", 0)]
    [InlineData("1 +", 1)]
    [InlineData("nosuchcommand", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'; Import-Module NoSuchModule; 1", 1)]
    [InlineData("Stop-Small", 1)]
    public void ExitCodeOfCommand(string text, int code) => Assert.Equal(code, ShellProcess.Command(text).Code);

    [Theory]
    [InlineData(64, "-File", "/no/such/script.ps1")]
    [InlineData(64, "-NoSuchSwitch")]
    [InlineData(64, "-Command")]
    [InlineData(0, "-Help")]
    [InlineData(0, "-Version")]
    public void ExitCodeOfCommandLine(int code, params string[] arguments) => Assert.Equal(code, ShellProcess.Run(arguments).Code);

    [Fact]
    public void ModuleThatIsNotThere()
    {
        Answer answer = ShellProcess.Run(["-Command", "1"], module: "/no/such/module");
        Assert.Equal(70, answer.Code);
        Assert.Contains("NETTRAFFIC_MODULE", answer.Errors, StringComparison.Ordinal);
        Assert.Equal("", answer.Output);
    }

    [Fact]
    public void ObjectsAreTables()
    {
        Answer answer = ShellProcess.Command("Get-Small -Confirm:$false");
        Assert.Equal("\nName  Bytes\n----  -----\nsmall     5\n\n", answer.Output);
        Assert.Equal("", answer.Errors);
    }

    [Fact]
    public void FormatListAndFormatTable()
    {
        Assert.Equal("\nName  : small\nBytes : 5\n\n", ShellProcess.Command("Get-Small -Confirm:$false | Format-List").Output);
        Assert.Equal("\nBytes\n-----\n    5\n\n", ShellProcess.Command("Get-Small -Confirm:$false | Format-Table Bytes").Output);
    }

    [Fact]
    public void ErrorsAreConciseAndHarmless()
    {
        Answer answer = ShellProcess.Command("Stop-Small");
        Assert.Equal("", answer.Output);
        Assert.Equal("Stop-Small: no small\\x1B[31m one\n  Next: Make one.\n", answer.Errors);
    }

    [Fact]
    public void NoControlCharacterReachesTheOutput()
    {
        Answer answer = ShellProcess.Command("\"a$([char]27)]0;title$([char]7)b\"; [pscustomobject]@{ Name = \"x$([char]27)[2J$([char]0x9b)y$([char]0x202e)z\" }; $Host.UI.WriteWarningLine(\"w$([char]13)w\")");
        Assert.DoesNotContain(answer.Output + answer.Errors, c => char.IsControl(c) && c != '\n' || c == '\u202e');
        Assert.Contains("a\\x1B]0;title\\x07b", answer.Output, StringComparison.Ordinal);
        Assert.Contains("w\\x0Dw", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfirmationIsAnsweredFromStandardInput()
    {
        Answer no = ShellProcess.Run(["-Command", "Get-Small"], "n\n");
        Assert.Equal("", no.Output);
        Assert.Contains("[Y] Yes", no.Errors, StringComparison.Ordinal);
        Assert.Contains("small", ShellProcess.Run(["-Command", "Get-Small"], "y\n").Output, StringComparison.Ordinal);
        Answer refused = ShellProcess.Run(["-NonInteractive", "-Command", "Get-Small"], "y\n");
        Assert.Equal("", refused.Output);
        Assert.Contains("-NonInteractive", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void StandardInputIsTheScriptOrItsInput()
    {
        Answer script = ShellProcess.Run(["-Command", "-"], "1 + 1\nif ($false) { 'no' }\nelse { 'yes' }\nexit 9\n");
        Assert.Equal("2\nyes\n", script.Output);
        Assert.Equal(9, script.Code);
        Assert.Equal("<a>\n<b>\n", ShellProcess.Run(["-Command", "$input | ForEach-Object { \"<$_>\" }"], "a\nb\n").Output);
    }

    [Fact]
    public void ScriptArguments()
    {
        string script = Path.Combine(Path.GetTempPath(), $"nettraffic-{Guid.NewGuid():N}.ps1");
        File.WriteAllText(script, "param([string] $Name, [int] $N, [switch] $On)\n\"$Name $N $On $args\"\nImport-Module NoSuchModule\n");
        try
        {
            Answer answer = ShellProcess.Run(["-File", script, "-Name", "a b", "-N", "5", "-On", "rest", "-7"]);
            Assert.Equal("a b 5 True rest -7\n", answer.Output);
            Assert.Equal(0, answer.Code);
            Assert.Contains(":3: Import-Module NoSuchModule", answer.Errors, StringComparison.Ordinal);
            Assert.Equal("b 6 False \n", ShellProcess.Run([script, "-On:$false", "-Name:b", "6"]).Output);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Theory]
    [InlineData("1 | Sort-Object Name", "Sort-Object is part of PowerShell itself, which this shell does not have.")]
    [InlineData("1 | select Name", "Select-Object is part of PowerShell itself")]
    [InlineData("Export-Csv x", "Import-Module ./NetTraffic.psd1")]
    public void CommandsOfPowerShellItselfHaveANextMove(string text, string next)
    {
        string errors = ShellProcess.Command(text).Errors;
        Assert.Contains("  Next: ", errors, StringComparison.Ordinal);
        Assert.Contains(next, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherUnknownCommandsHaveNone() => Assert.DoesNotContain("Next:", ShellProcess.Command("Get-Nonsense").Errors, StringComparison.Ordinal);

    [Fact]
    public void GoingToAnotherFolderAndBack()
    {
        Answer answer = ShellProcess.Command("$before = (pwd).Path; cd ([IO.Path]::GetTempPath()); (pwd).Path; cd -; (pwd).Path -eq $before; cls");
        Assert.Equal(0, answer.Code);
        Assert.Equal($"{Path.TrimEndingDirectorySeparator(Path.GetTempPath())}\nTrue\n", answer.Output);
        Answer missing = ShellProcess.Command("cd ./no-such-folder");
        Assert.Equal(1, missing.Code);
        Assert.Contains("no-such-folder", missing.Errors, StringComparison.Ordinal);
    }
}

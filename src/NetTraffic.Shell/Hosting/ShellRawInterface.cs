using System.Globalization;
using System.Management.Automation.Host;

namespace NetTraffic.Shell.Hosting;

/// <summary>The screen, as far as the engine needs one: its width, and keys.</summary>
internal sealed class ShellRawInterface(bool isTerminal) : PSHostRawUserInterface
{
    /// <summary>Width of tables that go to a file or a pipe.</summary>
    private const int PlainWidth = 160;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Coordinates CursorPosition
    {
        get => isTerminal ? new Coordinates(Console.CursorLeft, Console.CursorTop) : default;
        set
        {
            if (isTerminal)
            {
                Console.SetCursorPosition(value.X, value.Y);
            }
        }
    }

    public override Coordinates WindowPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override Size BufferSize
    {
        get => WindowSize;
        set { }
    }

    public override Size WindowSize
    {
        get => new(Width(), Height());
        set { }
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    public override string WindowTitle
    {
        get => "";
        set { }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        ConsoleKeyInfo key = Console.ReadKey((options & ReadKeyOptions.NoEcho) != 0);
        ControlKeyStates states = 0;
        states |= (key.Modifiers & ConsoleModifiers.Shift) != 0 ? ControlKeyStates.ShiftPressed : 0;
        states |= (key.Modifiers & ConsoleModifiers.Control) != 0 ? ControlKeyStates.LeftCtrlPressed : 0;
        states |= (key.Modifiers & ConsoleModifiers.Alt) != 0 ? ControlKeyStates.LeftAltPressed : 0;
        return new KeyInfo((int)key.Key, key.KeyChar, states, (options & ReadKeyOptions.IncludeKeyDown) != 0);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(true);
        }
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException("The screen's contents cannot be read here.");

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
    {
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host asks for this with a rectangle of -1.
        if (isTerminal && rectangle.Left == -1)
        {
            Console.Clear();
        }
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
    {
    }

    public override int LengthInBufferCells(string source) => TextWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => TextWidth.Of(source.AsSpan(offset));

    public override int LengthInBufferCells(char source) => TextWidth.Of([source]);

    private int Width()
    {
        if (isTerminal)
        {
            try
            {
                if (Console.WindowWidth > 0)
                {
                    return Console.WindowWidth;
                }
            }
            catch (IOException)
            {
                // A terminal that does not know its size.
            }
        }

        return int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && columns > 20
            ? columns
            : PlainWidth;
    }

    private int Height()
    {
        try
        {
            return isTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : 50;
        }
        catch (IOException)
        {
            return 50;
        }
    }
}

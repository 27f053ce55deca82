using System.Text;

namespace NetTraffic.Engine.Tests;

/// <summary>The words of a unit's command line, by systemd.service(5): quotes, backslashes, %%, $$.</summary>
internal static class UnitReader
{
    public static List<string> Words(string line)
    {
        List<string> words = [];
        int at = 0;
        while (at < line.Length)
        {
            Assert.Equal('"', line[at++]);
            StringBuilder word = new();
            while (line[at] != '"')
            {
                char letter = line[at++];
                if (letter == '%')
                {
                    Assert.Equal('%', line[at++]);
                }
                else if (letter == '$' && words.Count > 0)
                {
                    Assert.Equal('$', line[at++]);
                }
                else if (letter == '\\')
                {
                    letter = line[at++];
                    Assert.True(letter is '\\' or '"');
                }

                word.Append(letter);
            }

            words.Add(word.ToString());
            at++;
            Assert.True(at == line.Length || line[at] == ' ');
            at++;
        }

        return words;
    }
}

/// <summary>The words of a Windows command line, by the rules of CommandLineToArgvW.</summary>
internal static class WindowsWords
{
    public static List<string> Split(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool quoted = false, any = false;
        for (int at = 0; at < line.Length;)
        {
            int slashes = 0;
            while (at < line.Length && line[at] == '\\')
            {
                slashes++;
                at++;
            }

            bool quote = at < line.Length && line[at] == '"';
            word.Append('\\', quote ? slashes / 2 : slashes);
            any |= slashes > 0;
            if (quote && slashes % 2 == 1)
            {
                word.Append('"');
                at++;
            }
            else if (quote)
            {
                quoted = !quoted;
                any = true;
                at++;
            }
            else if (at < line.Length && line[at] == ' ' && !quoted)
            {
                if (any)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                any = false;
                at++;
            }
            else if (at < line.Length)
            {
                word.Append(line[at++]);
                any = true;
            }
        }

        if (any)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}

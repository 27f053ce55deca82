using System.Xml.Linq;
using NetTraffic.Testing;

namespace NetTraffic.Tests;

/// <summary>The walls between the rooms: what each project may see.</summary>
public sealed class WallTests
{
    private const string Words = "NetTraffic", Engine = "NetTraffic.Engine";

    // Floors as docs and design have them; a room that is not here has no place yet.
    private static readonly Dictionary<string, int> Floors = new(StringComparer.Ordinal)
    {
        ["NetTraffic"] = 0,
        ["NetTraffic.Capture"] = 1,
        ["NetTraffic.Decode"] = 1,
        ["NetTraffic.Flows"] = 1,
        ["NetTraffic.Store"] = 1,
        ["NetTraffic.Settings"] = 1,
        ["NetTraffic.Influx"] = 1,
        ["NetTraffic.Enrichment"] = 1,
        ["NetTraffic.Engine"] = 2,
        ["NetTraffic.PowerShell"] = 3,
        ["NetTraffic.Server"] = 3,
    };

    private static readonly Dictionary<string, Room> Rooms =
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(Room.Read).ToDictionary(room => room.Name, StringComparer.Ordinal);

    [Fact]
    public void Every_room_has_a_floor()
    {
        Assert.Contains(Words, Rooms.Keys);
        Assert.Empty(Rooms.Keys.Except(Floors.Keys));
    }

    [Fact]
    public void The_words_see_nothing() => Assert.Empty(Rooms[Words].Projects);

    [Fact]
    public void A_stage_sees_the_words_only() =>
        Assert.All(Rooms.Values.Where(room => Floors[room.Name] == 1),
            room => Assert.Equal((room.Name, Words), (room.Name, Assert.Single(room.Projects))));

    [Fact]
    public void The_engine_sees_no_floor_above_it() => Assert.All(Rooms[Engine].Projects, seen => Assert.InRange(Floors[seen], 0, 1));

    [Fact]
    public void Nobody_sees_a_higher_floor() =>
        Assert.All(Rooms.Values,
            room => Assert.All(room.Projects, seen => Assert.True(Floors[seen] <= Floors[room.Name], $"{room.Name} sees {seen}")));

    [Fact]
    public void The_hosts_reach_the_stages_through_the_engine_only() =>
        Assert.All(Rooms.Values.Where(room => Floors[room.Name] == 3), room =>
        Assert.All(room.Projects, seen => Assert.Contains(seen, new[] { Words, Engine })));

    /// <summary>Else a project saw what the projects see that it names, and the references above would be no walls.</summary>
    [Fact]
    public void A_project_sees_what_it_names_only()
    {
        const string property = "DisableTransitiveProjectReferences";
        XElement set = Assert.Single(XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants(property));
        Assert.Equal("true", set.Value);
        Assert.Null(set.Attribute("Condition"));
        Assert.Null(set.Parent!.Attribute("Condition"));
        Assert.All(Projects(), path => Assert.DoesNotContain(property, File.ReadAllText(path), StringComparison.Ordinal));
    }

    [Fact]
    public void Only_floor_3_knows_PowerShell_or_a_web_server() => Assert.All(Rooms.Values.Where(room => Floors[room.Name] < 3), room =>
    {
        Assert.DoesNotContain(room.Packages.Concat(room.Frameworks), seen => seen.Contains("PowerShell", StringComparison.Ordinal)
            || seen.Contains("Management.Automation", StringComparison.Ordinal) || seen.Contains("AspNetCore", StringComparison.Ordinal));
        Assert.Equal((room.Name, "Microsoft.NET.Sdk"), (room.Name, room.Sdk));
    });

    /// <summary>
    /// A namespace belongs to one assembly: the words have those that no room is called by, each room those that begin with its name.
    /// </summary>
    [Fact]
    public void A_room_has_the_namespaces_of_its_name()
    {
        Assert.All(Rooms.Keys, room =>
        {
            IEnumerable<string> namespaces =
                Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", room), "*.cs", SearchOption.AllDirectories)
                .Select(file => File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal)))
                .OfType<string>().Select(line => line["namespace ".Length..].TrimEnd(';', ' ')).Distinct();
            Assert.All(namespaces, name => Assert.Equal((name, room), (name, Owner(name))));
        });

        static string Owner(string name) =>
            Rooms.Keys.Where(room => name == room || name.StartsWith(room + ".", StringComparison.Ordinal))
                .MaxBy(room => room.Length) ?? "";
    }

    [Theory]
    [InlineData("NetTraffic")]
    [InlineData("NetTraffic.Decode")]
    [InlineData("NetTraffic.Flows")]
    [InlineData("NetTraffic.Settings")]
    public void These_rooms_need_no_package(string name) => Assert.Empty(Rooms[name].Packages);

    [Fact]
    public void No_project_names_a_packages_version() => Assert.All(Projects(), path =>
        Assert.DoesNotContain(XDocument.Load(path).Descendants("PackageReference"), package => package.Attribute("Version") is not null));

    private static IEnumerable<string> Projects() => new[] { "src", "tests" }.SelectMany(folder =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories));

    private sealed record Room(string Name, string Sdk, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages,
        IReadOnlyList<string> Frameworks)
    {
        public static Room Read(string path)
        {
            XElement project = XDocument.Load(path).Root!;
            string[] Included(string element) => [.. project.Descendants(element).Select(item => item.Attribute("Include")!.Value)];
            return new Room(
                Path.GetFileNameWithoutExtension(path),
                project.Attribute("Sdk")!.Value,
                [.. Included("ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/')))],
                Included("PackageReference"),
                Included("FrameworkReference"));
        }
    }
}

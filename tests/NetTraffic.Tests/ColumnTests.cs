using System.Reflection;
using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Tests;

/// <summary>The column table and the records say the same.</summary>
public sealed class ColumnTests
{
    // What Flow derives from other properties.
    private static readonly string[] Derived = ["Duration", "Packets", "Bytes"];

    [Fact]
    public void Every_column_of_flows_is_a_property_of_Flow_and_the_other_way_round() => Assert.Equal(
        Datasets.Flows.Columns.Select(column => column.Property).Order(StringComparer.Ordinal),
        typeof(Flow).GetProperties().Select(property => property.Name).Except(Derived).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_column_of_captures_is_a_property_of_CaptureInterval_and_the_other_way_round() => Assert.Equal(
        Datasets.Captures.Columns.Select(column => column.Property).Order(StringComparer.Ordinal),
        typeof(CaptureInterval).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void A_column_can_be_absent_where_its_property_can() => Assert.All(Datasets.Flows.Columns, column =>
    {
        PropertyInfo property = typeof(Flow).GetProperty(column.Property)!;
        bool nullable = Nullable.GetUnderlyingType(property.PropertyType) is not null || new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
        Assert.Equal((column.Property, nullable), (column.Property, column.Nullable));
    });

    // Fields of a row that another column's value is made from.
    private static readonly Dictionary<string, string> RowFields = new(StringComparer.Ordinal)
    {
        ["StartTimeUs"] = "StartTime",
        ["TimeUs"] = "Time",
        ["EndTimeUs"] = "EndTime",
        ["Source"] = "SourceAddress",
        ["Destination"] = "DestinationAddress",
        ["HandshakeRttUs"] = "HandshakeRtt",
        ["InterfaceIndex"] = "Interface",
        ["LinkType"] = "Transport",
    };

    [Fact]
    public void Every_field_of_a_row_has_a_column() => Assert.Empty(
        typeof(FlowRow).GetFields(BindingFlags.Public | BindingFlags.Instance).Select(field => RowFields.GetValueOrDefault(field.Name, field.Name))
            .Except(Datasets.Flows.Columns.Select(column => column.Property)));

    [Fact]
    public void Column_names_are_snake_case_and_distinct() => Assert.All(Datasets.All, dataset =>
    {
        Assert.Equal(dataset.Columns.Count, dataset.Columns.Select(column => column.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(dataset.Columns, column =>
        {
            Assert.Matches("^[a-z]+(_[a-z]+)*$", column.Name);
            Assert.StartsWith(column.Property.ToLowerInvariant(), column.Name.Replace("_", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.EndsWith(".", column.Description, StringComparison.Ordinal);
        });
    });

    [Fact]
    public void Counters_are_summed_and_nothing_else_is() => Assert.All(Datasets.Flows.Columns, column =>
        Assert.Equal(
            (column.Property, column.Property.EndsWith("Packets", StringComparison.Ordinal) || column.Property.EndsWith("Bytes", StringComparison.Ordinal) || column.Property.EndsWith("Retransmissions", StringComparison.Ordinal)),
            (column.Property, column.Merge == ColumnMerge.Sum)));

    [Fact]
    public void A_decoded_packet_is_96_bytes_without_references() =>
        Assert.Equal((96, false), (Unsafe.SizeOf<DecodedPacket>(), RuntimeHelpers.IsReferenceOrContainsReferences<DecodedPacket>()));

    [Fact]
    public void A_row_has_no_references() => Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<FlowRow>());
}

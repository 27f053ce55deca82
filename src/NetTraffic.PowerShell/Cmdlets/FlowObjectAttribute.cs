using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Lets a parameter take flows only. PowerShell would make one of any object whose properties are among a flow's, and the rest of it
/// would be nothing: <c>Get-NetFlow | Select-Object CaptureId -Unique | Get-TrafficSummary</c> summed up a flow without packets.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FlowObjectAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        const string notOne = "It is not a flow as Get-NetFlow gives them.";

        // With this inner exception the binder goes on to other parameters.
        return (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is Flow flow
            ? flow
            : throw new ArgumentTransformationMetadataException(notOne, new PSInvalidCastException(notOne));
    }
}

# Stands in for the module in the tests of the Shell.
function Get-Small {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([string] $Name = 'small')
    if ($PSCmdlet.ShouldProcess($Name, 'show')) {
        [pscustomobject]@{ Name = $Name; Bytes = 5 }
    }
}

function Stop-Small {
    [CmdletBinding()]
    param()
    $record = [System.Management.Automation.ErrorRecord]::new([System.InvalidOperationException]::new("no small`e[31m one"), 'NoSmall', 'InvalidOperation', $null)
    $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new("no small`e[31m one")
    $record.ErrorDetails.RecommendedAction = 'Make one.'
    $PSCmdlet.ThrowTerminatingError($record)
}

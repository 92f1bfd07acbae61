"""The VPC that an endpoint's containers run in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct, DependencyGroup, IDependable

from .arguments import ArgumentReader, describe, offers, said_by_the_cdk
from .tokens import is_token

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Where the network interfaces of an endpoint's instances are placed."""

    subnet_ids: list[str]
    security_group_ids: list[str]
    connections: ec2.Connections
    ready: IDependable
    """The routes to the internet that the subnets have, if they are made in the same app."""

    @staticmethod
    def of(
        scope: Construct,
        vpc: ec2.IVpc | None,
        vpc_subnets: ec2.SubnetSelection | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        allow_all_outbound: bool | None,
        region: str,
        read: ArgumentReader,
    ) -> Network | None:
        """The network that the endpoint's arguments describe; None without a VPC, or where they are wrong."""
        read.literal("allow_all_outbound", allow_all_outbound, bool)
        if vpc is None:
            needless = {
                "vpc_subnets": vpc_subnets,
                "security_groups": security_groups,
                "allow_all_outbound": allow_all_outbound,
            }
            for argument, value in needless.items():
                if value is not None:
                    read.refuse(argument, "has no meaning without a VPC", "give vpc=..., or leave it out")
            return None
        if security_groups is not None and allow_all_outbound is not None:
            message = "is for the security group that is made when none is given"
            read.refuse("allow_all_outbound", message, "say it on the security groups that you give")
        if not _are_usable(vpc, vpc_subnets, security_groups, read):
            return None
        read.same_region("vpc", vpc, region)
        try:
            subnet_ids, ready = _select(vpc, vpc_subnets or cdk.aws_ec2.SubnetSelection())
        except RuntimeError as refused:
            read.refuse("vpc_subnets", said_by_the_cdk(refused), "choose subnets that the VPC has with vpc_subnets=...")
            return None
        if security_groups is None:
            allowed = allow_all_outbound is not False
            security_groups = [cdk.aws_ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc, allow_all_outbound=allowed)]
        return Network(
            subnet_ids=subnet_ids,
            security_group_ids=[group.security_group_id for group in security_groups],
            connections=cdk.aws_ec2.Connections(security_groups=list(security_groups)),
            ready=ready,
        )


def _are_usable(vpc: object, subnets: object, groups: object, read: ArgumentReader) -> bool:
    """Whether the arguments are of the types that they should be; a problem for each that is not."""
    before = len(read.problems)
    if not offers(vpc, "select_subnets"):
        fix = "use ec2.Vpc.from_lookup(self, 'Vpc', vpc_id='...')"
        read.refuse("vpc", f"is {describe(vpc)}, expected an ec2.IVpc", fix)
    if subnets is not None and not isinstance(subnets, cdk.aws_ec2.SubnetSelection):
        fix = "write ec2.SubnetSelection(subnet_type=ec2.SubnetType...), or subnets=[...] in it"
        read.refuse("vpc_subnets", f"is {describe(subnets)}, expected an ec2.SubnetSelection", fix)
    elif subnets is not None:
        _check_subnets(subnets.subnets, read)
    if groups is not None and not isinstance(groups, list | tuple):
        read.refuse("security_groups", f"is {describe(groups)}, expected a list", "write [security_group, ...]")
    for index, group in enumerate(groups if isinstance(groups, list | tuple) else ()):
        if not offers(group, "security_group_id"):
            message = f"is {describe(group)}, expected an ec2.ISecurityGroup"
            fix = "use ec2.SecurityGroup.from_security_group_id(self, 'Group', '...')"
            read.refuse(f"security_groups[{index}]", message, fix)
    return len(read.problems) == before


def _check_subnets(subnets: object, read: ArgumentReader) -> None:
    if subnets is None:
        return
    if isinstance(subnets, str) or not isinstance(subnets, Sequence) or is_token(subnets):
        fix = "write ec2.SubnetSelection(subnets=[subnet, ...])"
        read.refuse("vpc_subnets.subnets", f"is {describe(subnets)}, expected a list of subnets", fix)
        return
    for index, subnet in enumerate(subnets):
        if not offers(subnet, "subnet_id"):
            message = f"is {describe(subnet)}, expected an ec2.ISubnet"
            fix = "use ec2.Subnet.from_subnet_id(self, 'Subnet', '...')"
            read.refuse(f"vpc_subnets.subnets[{index}]", message, fix)


def _select(vpc: ec2.IVpc, selection: ec2.SubnetSelection) -> tuple[list[str], IDependable]:
    filters: dict[str, Any] = {
        "availability_zones": selection.availability_zones,
        "one_per_az": selection.one_per_az,
        "subnet_filters": selection.subnet_filters,
        "subnet_group_name": selection.subnet_group_name,
        "subnet_type": selection.subnet_type,
    }
    if selection.subnets and not any(filters.values()):
        # Asking the VPC would ask each subnet for its availability zone, which an imported one may not know.
        ready = DependencyGroup(*(subnet.internet_connectivity_established for subnet in selection.subnets))
        return [subnet.subnet_id for subnet in selection.subnets], ready
    selected = vpc.select_subnets(subnets=selection.subnets, **filters)
    return selected.subnet_ids, selected.internet_connectivity_established
